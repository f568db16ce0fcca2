package locale

// The texts of the interface. The catalogue says what each is for.
const (
	// Where somebody is, and what holds here.
	Welcome      ID = "welcome"
	Alone        ID = "alone"
	Others       ID = "others"
	RulesTitle   ID = "rules_title"
	Rules        ID = "rules"
	AgeLine      ID = "age_line"
	AcceptLine   ID = "accept_line"
	AgeLinePlain ID = "age_line_plain"
	AskYear      ID = "ask_year"
	NotAYear     ID = "not_a_year"
	TooYoung     ID = "too_young"
	NotStored    ID = "not_stored"
	Contact      ID = "contact"

	NotStoredTraps ID = "not_stored_traps" // where moderators see what a pattern finds
	TypeYes        ID = "type_yes"

	// The search and the chat.
	Looking         ID = "looking"
	Waiting         ID = "waiting"
	WaitingHours    ID = "waiting_hours"
	WaitingOthers   ID = "waiting_others"
	NobodyWaits     ID = "nobody_waits"
	Matched         ID = "matched"
	PartnerLeft     ID = "partner_left"
	YouLeft         ID = "you_left"
	PartnerAway     ID = "partner_away" // Seconds
	PartnerBack     ID = "partner_back"
	AwayUnsent      ID = "away_unsent"
	Lost            ID = "lost" // Count
	PartnerIdle     ID = "partner_idle"
	PartnerActive   ID = "partner_active"
	YouAreBack      ID = "you_are_back"
	LastLines       ID = "last_lines"
	Stopped         ID = "stopped"
	Typing          ID = "typing"
	Really          ID = "really"
	Next            ID = "next"
	NextPlain       ID = "next_plain"
	RematchOffered  ID = "rematch_offered"
	RematchDeclined ID = "rematch_declined"
	RematchOff      ID = "rematch_off"
	NewHere         ID = "new_here"
	SkipsBlocked    ID = "skips_blocked"
	SkipsWarning    ID = "skips_warning"
	Called          ID = "called"
	CallMissed      ID = "call_missed"
	Questions       ID = "questions"
	ThinkAbout      ID = "think_about" // Question
	IceBreaker      ID = "ice_breaker" // Question
	Busier          ID = "busier"      // Count, Time, Until
	Meet            ID = "meet"        // Day, From, To, Zone, Until
	MeetNow         ID = "meet_now"    // To, Zone
	MeetDays        ID = "meet_days"
	IdleWarning     ID = "idle_warning"
	IdleEnded       ID = "idle_ended"
	Closing         ID = "closing"
	Closed          ID = "closed"

	// Who speaks.
	You            ID = "you"
	Stranger       ID = "stranger"
	StrangerPlain  ID = "stranger_plain"
	MoreBelow      ID = "more_below"
	MoreRules      ID = "more_rules"
	AgainToQuit    ID = "again_to_quit"
	KeptDraft      ID = "kept_draft"
	Kept           ID = "kept"
	KeptFull       ID = "kept_full"
	KeptUnsent     ID = "kept_unsent"
	QueueUnsent    ID = "queue_unsent"
	TooFast        ID = "too_fast"
	Paced          ID = "paced"
	OpenerBlocked  ID = "opener_blocked"
	OpenerWarning  ID = "opener_warning"
	LinkBlocked    ID = "link_blocked"
	LinkWarning    ID = "link_warning"
	NewLink        ID = "new_link"
	TopicAge       ID = "topic_age"
	TopicLink      ID = "topic_link"
	TopicTrap      ID = "topic_trap"
	TrapStopped    ID = "trap_stopped"
	WaitingForEnd  ID = "waiting_for_end"
	TooLong        ID = "too_long"
	TooBig         ID = "too_big"
	TooManyLines   ID = "too_many_lines"
	Unreadable     ID = "unreadable"
	NotUTF8        ID = "not_utf8"
	LeftOut        ID = "left_out"
	PasteCut       ID = "paste_cut"
	InputFull      ID = "input_full"
	UnknownCommand ID = "unknown_command"
	UnknownNearest ID = "unknown_nearest" // Command, Meant
	TypingOn       ID = "typing_on"
	TypingOff      ID = "typing_off"
	TypingUsage    ID = "typing_usage"
	BellOn         ID = "bell_on"
	BellComes      ID = "bell_comes"
	BellNoTerminal ID = "bell_no_terminal"
	BellOff        ID = "bell_off"
	BellUsage      ID = "bell_usage"
	MotionOn       ID = "motion_on"
	MotionOff      ID = "motion_off"
	MotionUsage    ID = "motion_usage"
	TitleFound     ID = "title_found" // Name
	TitleWrote     ID = "title_wrote" // Name
	Plain          ID = "plain"
	AlreadyPlain   ID = "already_plain"
	NothingToStop  ID = "nothing_to_stop"
	StatusLine     ID = "status_line"

	// The header and the footer of the screen.
	HeaderRules     ID = "header_rules"
	HeaderWarned    ID = "header_warned"
	HeaderSearching ID = "header_searching"
	HeaderChatting  ID = "header_chatting"
	HeaderAway      ID = "header_away"
	HeaderIdle      ID = "header_idle"
	HeaderResting   ID = "header_resting"
	Minutes         ID = "minutes"
	Online          ID = "online"
	KeysRules       ID = "keys_rules"
	KeysYear        ID = "keys_year"
	KeysCalled      ID = "keys_called"
	KeysOffered     ID = "keys_offered"
	KeysSearching   ID = "keys_searching"
	KeysChatting    ID = "keys_chatting"
	KeysReally      ID = "keys_really"
	KeysResting     ID = "keys_resting"
	KeysRefused     ID = "keys_refused"

	// Before and beside the chat.
	Interests          ID = "interests" // Interests
	InterestsOff       ID = "interests_off"
	InterestsUsage     ID = "interests_usage"
	InterestsHint      ID = "interests_hint"
	InterestsHintPlain ID = "interests_hint_plain"
	InterestsMany      ID = "interests_many" // Count
	InterestLong       ID = "interest_long"  // Count
	Blocked            ID = "blocked"
	BlockNobody        ID = "block_nobody"
	Saved              ID = "saved"
	SaveBoth           ID = "save_both"
	SavePlain          ID = "save_plain"
	SaveFull           ID = "save_full"

	Lang           ID = "lang"         // Languages
	LangOnly       ID = "lang_only"    // Languages, Codes
	LangUnknown    ID = "lang_unknown" // Language
	LangUsage      ID = "lang_usage"
	LangMany       ID = "lang_many"        // Count
	LangFirst      ID = "lang_first"       // Languages
	LangFirstPlain ID = "lang_first_plain" // Languages
	LangOnlyFor    ID = "lang_only_for"    // Languages, Codes
	AnyoneSpeaks   ID = "anyone_speaks"

	Choosy      ID = "choosy"       // Interests
	ChoosyPlain ID = "choosy_plain" // Interests
	Anyone      ID = "anyone"
	AnyoneNow   ID = "anyone_now"
	BothLike    ID = "both_like" // Interests
	ListAnd     ID = "list_and"  // First, Last
	ListOr      ID = "list_or"   // First, Last

	Banner        ID = "banner"
	BannerStaff   ID = "banner_staff"
	Full          ID = "full"
	Draining      ID = "draining"
	SlashSlash    ID = "slash_slash"
	HelpKeys      ID = "help_keys"
	HelpEditing   ID = "help_editing"
	HelpCommands  ID = "help_commands"
	Privacy       ID = "privacy"
	Days          ID = "days"
	Hours         ID = "hours"
	Failed        ID = "failed"
	NotUnderstood ID = "not_understood"
	Unbalanced    ID = "unbalanced"
	CommandLong   ID = "command_long"
	NoArguments   ID = "no_arguments"

	// What one source may do, and before the log-in.
	SourceCrowded  ID = "source_crowded"
	SourceTooOften ID = "source_too_often"
	SourcePenalty  ID = "source_penalty"
	NoProxyHeader  ID = "no_proxy_header"

	// What was read of a client in another way than it was sent.
	Slowed      ID = "slowed"
	SequenceCut ID = "sequence_cut"

	// What a connection is not for.
	OneSession   ID = "one_session"
	NoForwarding ID = "no_forwarding" // SSH
)

// Of me@, who is remembered.
const (
	Remembered    ID = "remembered"
	RememberFast  ID = "remember_fast"
	RememberLong  ID = "remember_long"
	NotRemembered ID = "not_remembered"
	RulesHold     ID = "rules_hold"
	MeHint        ID = "me_hint"     // SSH
	BackHint      ID = "back_hint"   // Seconds
	BlockedFor    ID = "blocked_for" // Span
	OnlyMe        ID = "only_me"     // SSH, Command
	Forgotten     ID = "forgotten"   // SSH
	NotForgotten  ID = "not_forgotten"
	Export        ID = "export"
	ExportNothing ID = "export_nothing"
)

// Of who asks to meet again.
const (
	AgainAsked       ID = "again_asked"        // Span
	AgainAskedBefore ID = "again_asked_before" // Span
	AgainNobody      ID = "again_nobody"
	Reunited         ID = "reunited"
)

// Of moderation, as people see it.
const (
	DoorKnown       ID = "door_known"
	DoorClosed      ID = "door_closed"
	Operator        ID = "operator"
	Kicked          ID = "kicked"
	NotSaved        ID = "not_saved"
	BanTitle        ID = "ban_title"
	BanRule         ID = "ban_rule"
	BanReason       ID = "ban_reason"
	BanByPerson     ID = "ban_by_person"
	BanByMachine    ID = "ban_by_machine"
	BanUntil        ID = "ban_until"
	BanForever      ID = "ban_forever"
	BanAppeal       ID = "ban_appeal"
	AppealHere      ID = "appeal_here"
	AppealLines     ID = "appeal_lines"
	AppealWait      ID = "appeal_wait"
	BanOver         ID = "ban_over"
	AppealFiled     ID = "appeal_filed"
	AppealOpen      ID = "appeal_open"
	AppealAccepted  ID = "appeal_accepted"
	AppealRejected  ID = "appeal_rejected"
	AppealAgain     ID = "appeal_again"
	AppealEmpty     ID = "appeal_empty"
	AppealNoBan     ID = "appeal_no_ban"
	CaseUsage       ID = "case_usage"
	CaseUnknown     ID = "case_unknown"
	CaseOpen        ID = "case_open"
	CaseNone        ID = "case_none"
	CaseWarn        ID = "case_warn"
	CaseBan         ID = "case_ban"
	CaseKick        ID = "case_kick"
	WarningTitle    ID = "warning_title"
	WarningYes      ID = "warning_yes"
	WarningEnter    ID = "warning_enter"
	HelpOffered     ID = "help_offered"
	HelpForOthers   ID = "help_for_others"
	HelpAnywhere    ID = "help_anywhere"
	ReportTitle     ID = "report_title"
	ReportBack      ID = "report_back"
	ReportSends     ID = "report_sends"
	ReportNote      ID = "report_note"
	ReportNoteMark  ID = "report_note_mark"
	ReportAbout     ID = "report_about"
	ReportSendsMark ID = "report_sends_mark"
	Marked          ID = "marked"
	MarkedLine      ID = "marked_line"
	MarkNothing     ID = "mark_nothing"
	MarkUnknown     ID = "mark_unknown"
	ReportUsage     ID = "report_usage"
	ReportCancelled ID = "report_cancelled"
	ReportNobody    ID = "report_nobody"
	ReportedAlready ID = "reported_already"
	Reported        ID = "reported"
	ReportQuota     ID = "report_quota"
	ReportNoRoom    ID = "report_no_room"
	ReportTooLong   ID = "report_too_long"
	KeysAppeal      ID = "keys_appeal"
	KeysMore        ID = "keys_more"
	KeysCategory    ID = "keys_category"
	KeysReport      ID = "keys_report"
	KeysWarned      ID = "keys_warned"
	BinaryPty       ID = "binary_pty"

	// Reasons that moderators begin with.
	LanguageSelf ID = "language_self"
	LanguageName ID = "language_name"
	ReasonWarn   ID = "reason_warn"
	ReasonHelp   ID = "reason_help"
	AppealLift   ID = "appeal_lift"
	AppealKeep   ID = "appeal_keep"
)

// Of questions.
const (
	AskUsage         ID = "ask_usage"
	QuestionUnasked  ID = "question_unasked" // Question
	QuestionLong     ID = "question_long"    // Count
	QuestionPaced    ID = "question_paced"   // Count
	LookingForTwo    ID = "looking_for_two"
	LookingToDiscuss ID = "looking_to_discuss"
	TalkInstead      ID = "talk_instead"
	NobodyDiscusses  ID = "nobody_discusses"
	SomeDiscuss      ID = "some_discuss" // Count
	NoQuestion       ID = "no_question"
	QuestionsForTwo  ID = "questions_for_two" // Count
	QuestionsWait    ID = "questions_wait"    // Count
	DiscussersWait   ID = "discussers_wait"   // Count
	Question         ID = "question"
	Watching         ID = "watching"
	AskerWatches     ID = "asker_watches"
	AskerLeft        ID = "asker_left"
	WatchOnly        ID = "watch_only"
	NextQuestion     ID = "next_question"
	ReallyWatching   ID = "really_watching"
	SaveWatched      ID = "save_watched"
	BlockWhom        ID = "block_whom"
	First            ID = "stranger_1"
	Second           ID = "stranger_2"
	FirstPlain       ID = "stranger_1_plain"
	SecondPlain      ID = "stranger_2_plain"
	FirstLeft        ID = "stranger_1_left"
	SecondLeft       ID = "stranger_2_left"
	FirstAway        ID = "stranger_1_away" // Seconds
	SecondAway       ID = "stranger_2_away" // Seconds
	FirstBack        ID = "stranger_1_back"
	SecondBack       ID = "stranger_2_back"
	WatchedIdle      ID = "watched_idle"   // Number
	WatchedActive    ID = "watched_active" // Number
	HeaderWatching   ID = "header_watching"
	HeaderOneIdle    ID = "header_one_idle" // Number
	HeaderBothIdle   ID = "header_both_idle"
	KeysWatching     ID = "keys_watching"
	KeysWhom         ID = "keys_whom"
	ReportWhom       ID = "report_whom"
	ReportUsageWhom  ID = "report_usage_whom"
	TheStranger      ID = "the_stranger"
	TheFirst         ID = "the_stranger_1"
	TheSecond        ID = "the_stranger_2"
	TheAsker         ID = "the_asker"
)

// Category is the name of a category of reports.
func Category(name string) ID { return ID("category_" + name) }

// Careful is a warning of a trap about a subject.
func Careful(about string) ID { return ID("careful_" + about) }

// Reason is the reason of a decision about a report of a category.
func Reason(category string) ID { return ID("reason_" + category) }

// Slash is what a slash command does.
func Slash(name string) ID { return ID("slash_" + name) }

// ids lists what every catalogue must have.
var ids = []ID{
	Remembered, RememberFast, RememberLong, NotRemembered, RulesHold, MeHint, BlockedFor,
	AgainAsked, AgainAskedBefore, AgainNobody, Reunited,
	BackHint, PartnerAway, PartnerBack, AwayUnsent, YouAreBack, LastLines, HeaderAway, FirstAway, SecondAway, FirstBack, SecondBack,
	PartnerIdle, PartnerActive, WatchedIdle, WatchedActive, HeaderIdle, HeaderOneIdle, HeaderBothIdle,
	OnlyMe, Forgotten, NotForgotten, Export, ExportNothing,
	Welcome, Alone, Others, RulesTitle, Rules, AgeLine, AcceptLine, AgeLinePlain, AskYear, NotAYear, TooYoung, NotStored,
	Contact, TypeYes,
	Looking, Waiting, WaitingHours, WaitingOthers, NobodyWaits, Matched, PartnerLeft, YouLeft, Stopped, Typing, Really, Next, NextPlain,
	RematchOffered, RematchDeclined, RematchOff, Called, CallMissed, Questions, ThinkAbout, IceBreaker, Busier, Meet, MeetNow, MeetDays, IdleWarning, IdleEnded, Closing, Closed,
	You, Stranger, StrangerPlain, MoreBelow, MoreRules, AgainToQuit, KeptDraft, Kept, KeptFull, KeptUnsent, QueueUnsent, Lost, TooFast,
	Paced, OpenerBlocked, OpenerWarning, LinkBlocked, LinkWarning, NewLink, TopicAge, TopicLink, NewHere, SkipsBlocked, SkipsWarning,
	WaitingForEnd, TooLong, TooBig, TooManyLines, Unreadable, NotUTF8, LeftOut, PasteCut, InputFull, UnknownCommand, UnknownNearest, TypingOn,
	TypingOff, TypingUsage, BellOn, BellComes, BellNoTerminal, BellOff, BellUsage, MotionOn, MotionOff, MotionUsage, TitleFound, TitleWrote, Plain, AlreadyPlain, NothingToStop, StatusLine,
	HeaderRules, HeaderWarned, HeaderSearching, HeaderChatting, HeaderResting, Minutes, Online, KeysRules, KeysYear,
	KeysCalled, KeysOffered, KeysSearching, KeysChatting, KeysReally, KeysResting, KeysRefused,
	Interests, InterestsOff, InterestsUsage, InterestsHint, InterestsHintPlain, Blocked, BlockNobody, Saved, SaveBoth, SavePlain, SaveFull, InterestsMany, InterestLong,
	Lang, LangOnly, LangUnknown, LangUsage, LangMany, LangFirst, LangFirstPlain, LangOnlyFor, AnyoneSpeaks,
	Choosy, ChoosyPlain, Anyone, AnyoneNow, BothLike, ListAnd, ListOr,
	Banner, BannerStaff, Full, Draining, SlashSlash, HelpKeys, HelpEditing, HelpCommands, Privacy, Days, Hours, Failed, NotUnderstood,
	Unbalanced, CommandLong, NoArguments, SourceCrowded, SourceTooOften, SourcePenalty, NoProxyHeader,
	OneSession, NoForwarding, Slowed, SequenceCut,
	DoorKnown, DoorClosed, Operator, Kicked, NotSaved, BanTitle, BanRule, BanReason, BanByPerson, BanByMachine,
	BanUntil, BanForever, BanAppeal, AppealHere, AppealLines, AppealWait, BanOver, AppealFiled, AppealOpen, AppealAccepted, AppealRejected,
	AppealAgain, AppealEmpty, AppealNoBan, CaseUsage, CaseUnknown, CaseOpen, CaseNone, CaseWarn, CaseBan, CaseKick,
	WarningTitle, WarningYes, WarningEnter, HelpOffered, HelpForOthers, HelpAnywhere, ReportTitle, ReportBack, ReportSends, ReportNote,
	ReportNoteMark, ReportAbout, ReportSendsMark, Marked, MarkedLine, MarkNothing, MarkUnknown, ReportUsage, ReportCancelled, ReportNobody, ReportedAlready, Reported, ReportQuota,
	ReportNoRoom, ReportTooLong, KeysAppeal, KeysMore, KeysCategory, KeysReport, KeysWarned, BinaryPty,
	NotStoredTraps, TopicTrap, TrapStopped,
	Careful("apps"), Careful("money"), Careful("blackmail"), Careful("cams"), Careful("underage"), Careful("other"),
	Category("underage"), Category("sexual"), Category("harassment"), Category("hate"), Category("threat"),
	Category("selfharm"), Category("illegal"), Category("spam"), Category("doxxing"), Category("other"),
	Slash("next"), Slash("stop"), Slash("report"), Slash("interests"), Slash("lang"), Slash("block"), Slash("again"), Slash("save"), Slash("mark"),
	Slash("typing"), Slash("bell"), Slash("up"), Slash("down"), Slash("motion"), Slash("plain"), Slash("status"), Slash("rules"), Slash("help"), Slash("quit"),
	AskUsage, QuestionLong, QuestionPaced, QuestionUnasked, LookingForTwo, LookingToDiscuss, TalkInstead, NobodyDiscusses, SomeDiscuss,
	NoQuestion, QuestionsForTwo, QuestionsWait, DiscussersWait, Question, Watching, AskerWatches, AskerLeft, WatchOnly,
	NextQuestion, ReallyWatching, SaveWatched, BlockWhom, First, Second, FirstPlain, SecondPlain, FirstLeft, SecondLeft,
	HeaderWatching, KeysWatching, KeysWhom, ReportWhom, ReportUsageWhom, TheStranger, TheFirst, TheSecond, TheAsker,
	Slash("ask"), Slash("discuss"),
	LanguageSelf, LanguageName, ReasonWarn, ReasonHelp, AppealLift, AppealKeep,
	Reason("underage"), Reason("sexual"), Reason("harassment"), Reason("hate"), Reason("threat"),
	Reason("selfharm"), Reason("illegal"), Reason("spam"), Reason("doxxing"), Reason("other"),
}

package text

import (
	"strings"
	"testing"
)

func TestSkeleton(t *testing.T) {
	for _, same := range [][]string{
		{"telegram", "Telegram", "TELEGRAM", "TeIegram", "te1egram", "t3l3gr4m", "Ｔｅｌｅｇｒａｍ", "télégràm",
			"tеlеgrаm", "теlegrам", "τεlεgrαm", "ᴛᴇʟᴇɢʀᴀᴍ", "𝓽𝓮𝓵𝓮𝓰𝓻𝓪𝓶", "𝚝𝚎𝚕𝚎𝚐𝚛𝚊𝚖", "ⓣⓔⓛⓔⓖⓡⓐⓜ", "🅣🅔🅛🅔🅖🅡🅐🅜", "🆃🅴🅻🅴🅶🆁🅰🅼",
			"te\u200blegram", "tele\u00adgram", "t̷e̷l̷e̷g̷r̷a̷m̷",
			"t e l e g r a m", "t  e  l  e  g  r  a  m", "t.e.l.e.g.r.a.m", "t-e-l-e-g-r-a-m", "T_E_L_E_G_R_A_M", "t 3 l e g r 4 m",
			"t🔥e🔥l🔥e🔥g🔥r🔥a🔥m", "🇹 🇪 🇱 🇪 🇬 🇷 🇦 🇲"},
		{"add me on whatsapp now", "Add me, on WHATSAPP... now!", "add   me\non whatsapp now", "аdd mе оn wh4tsаpp nоw", "add me on w h a t s a p p now"},
		{"i'm", "I’m", "im", "lm"},
		{"телеграм", "ТЕЛЕГРАМ", "т е л е г р а м", "tелeгpам"},
		{"تلگرام", "تلـگـرام", "تَلگرام"},
		{"+1 234 567 8901", "+1 (234) 567-8901", "＋１ 234 567 8901", "+١ ٢٣٤ ٥٦٧ ٨٩٠١", "+१ २३४ ५६७ ८९०१"},
		{"テレグラム", "ﾃﾚｸﾞﾗﾑ"},
		{"free $500", "Free!!! $500.", "FREE — $500"},
	} {
		for _, s := range same {
			if got, want := strings.TrimSpace(Skeleton(s)), strings.TrimSpace(Skeleton(same[0])); got != want || got == "" {
				t.Errorf("%q looks like %q, %q like %q", s, got, same[0], want)
			}
		}
	}
	for s, want := range map[string]string{
		"":                  "",
		"Say hi, t.me/x!":   "say hl t.me/x ",
		"a 12-year-old car": "a 12 year old car",
		"b2b at 9am, 3 pm":  "b2b at 9am 3 pm",
		"I am A B":          "l am a b",
		"50% of 1.5 = .75":  "50 of 1.5 .75",
		"हिन्दी में":        "हिन्दी में",
		"c++ and c#":        "c and c ",
		"https://t.me/x":    "https /t.me/x",
		"me@example.org.":   "me@example.org ",
		"ca$h $5":           "cash $5",
	} {
		if got := Skeleton(s); got != want {
			t.Errorf("%q looks like %q, want %q", s, got, want)
		}
	}
}

// A skeleton's skeleton is itself, so that a pattern may be written as one.
func FuzzSkeleton(f *testing.F) {
	for _, s := range []string{"T e l e g r a m 0n wh4tsapp", "+1 (2) 3", "хи\u200d there", "a.b.c.d.e", "\xff\u0301", "i1l|", "🇹🇪"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Skeleton(s)
		if len(once) > 20*len(s)+8 {
			t.Errorf("%q grows to %q", s, once)
		}
		if again := Skeleton(once); strings.Contains(again, "  ") || len(again) > len(once) {
			t.Errorf("%q becomes %q, and then %q", s, once, again)
		}
	})
}

func BenchmarkSkeleton(b *testing.B) {
	for name, s := range map[string]string{
		"ascii":    strings.Repeat("so, what do you do all day? ", 8)[:200],
		"cyrillic": strings.Repeat("ну и что ты делаешь целый день? ", 10)[:360],
		"japanese": strings.Repeat("今日はどうでしたか。テレビを", 15)[:600],
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Skeleton(s)
			}
		})
	}
}

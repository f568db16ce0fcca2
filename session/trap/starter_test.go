package trap

import (
	"slices"
	"testing"
)

// What the built-in list warns of, and what it stops.
func TestStarterFinds(t *testing.T) {
	l, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for about, lines := range map[string][]string{
		"apps": {
			"add me on telegram", "Add me on Telegram please", "hey, text me on WhatsApp!", "ADD ME ON SNAPCHAT", "hmu on my kik? write me on zangi",
			"let's chat on whatsapp instead", "lets move to telegram", "can we talk on Telegram, it's easier there",
			"do you have telegram?", "whats your snapchat", "what's your insta", "give me your whatsapp", "drop your kik",
			"my telegram is @lucy_22", "my snap is lucy99", "my whatsapp number ...", "t.me/lucy22", "write here: wa.me/15551234567",
			"text me +1 (555) 123-4567", "my whatsapp number is 00 44 7911 123456", "call me on 0049 151 2345 6789",
			"add me on t e l e g r a m", "add me on t.e.l.e.g.r.a.m", "аdd mе оn tеlеgrаm", "ａｄｄ ｍｅ ｏｎ ｔｅｌｅｇｒａｍ", "add me on TeIegram", "add me on t3l3gram",
			"add me on tele\u200bgram", "𝖆𝖉𝖉 𝖒𝖊 𝖔𝖓 𝖙𝖊𝖑𝖊𝖌𝖗𝖆𝖒", "add   me\non   whatsapp",
			"escríbeme por WhatsApp", "agrégame a Telegram", "tienes wasap?", "pásame tu insta", "cuál es tu snapchat",
			"me chama no zap", "me adiciona no telegram", "vamos conversar no whats", "qual é o seu insta?",
			"ajoute-moi sur snap", "écris-moi sur WhatsApp", "t'as snap ?", "donne ton insta",
			"schreib mir auf WhatsApp", "adde mich bei Snapchat", "hast du telegram?", "lass uns auf Telegram schreiben",
			"chat aku di wa ya", "minta no wa dong", "lanjut ke telegram yuk", "punya telegram?",
			"telegram'dan yaz bana", "whatsapp var mı", "instadan ekle",
			"напиши мне в телеграм", "пиши в тг", "давай перейдём в телегу", "есть вотсап?", "скинь свой инст",
			"راسلني على الواتساب", "عندك تلغرام؟", "أضفني على سناب",
			"whatsapp pe aao", "telegram par msg karo", "apna number do", "व्हाट्सएप पर बात करें", "अपना नंबर दो",
			"ライン交換しませんか", "LINE教えて", "テレグラムに移動しよう",
			"加我微信", "加个微信吧", "你有微信吗", "换个电报聊",
		},
		"money": {
			"I trade bitcoin with guaranteed profit", "invest $200 and get 20% daily", "crypto mentor here, I can teach you how to trade crypto", "my uncle's forex platform can double your money",
			"let me show you how to make money online", "I help you earn passive income", "you can make $500 a day from home", "anyone can earn up to 300 USD weekly",
			"buy me a steam card", "can you send me an amazon gift card?", "pay the fee with google play cards", "scratch the back and send me a picture of the card", "gift card code please",
			"please send me $50", "can you lend me some money", "just send me 20 euros", "what's your paypal", "give me your card number", "send your bank account",
			"send me the code you get by sms", "tell me the 6 digit code that I sent you", "looking for a sugar baby, weekly allowance", "I want to be your sugar daddy",
			"invierte en bitcoin con ganancias garantizadas", "puedes ganar 200 dólares al día", "mándame dinero", "cómprame una tarjeta de regalo",
			"investimento com lucro garantido", "bitcoin, 5% por dia, te ensino", "me faz um pix",
			"investir en crypto, gains garantis", "tu peux gagner 300 euros par jour", "achète-moi une carte Steam", "envoie-moi un coupon PCS",
			"Bitcoin mit garantierter Rendite", "kauf mir eine Steam-Karte", "schick mir bitte Geld",
			"investasi pasti untung per hari", "slot gacor maxwin", "belikan aku pulsa dong",
			"kripto ile garantili kazanç", "bana para gönder", "gelen kodu bana söyle",
			"инвестиции без риска", "заработок в интернете без вложений", "скинь мне денег", "пришли код из смс",
			"استثمار مضمون", "تداول بدون مخاطر", "ارسل لي رمز التحقق",
			"ghar baithe paise kamao, paise double", "mujhe paise bhejo", "मुझे पैसे भेजो",
			"副業で確実に稼げる", "アマゾンギフトカードを買って", "投資を教えます、必ず儲かる",
			"比特币稳赚，带你赚钱", "刷单兼职日结", "把验证码发给我，发我验证码", "买苹果卡发给我，苹果卡卡号",
		},
		"cams": {
			"check out my cam", "watch me on my private show", "click my webcam", "subscribe to my onlyfans", "selling nudes", "I'm so horny click the link", "verify your age with a card, it is free",
		},
		"underage": {
			"any young girls here", "looking for teen girls", "any 14 yo", "looking for a 13 y/o", "into 15f", "girls? looking for girls under 16", "I like them young", "age is just a number", "are you underage?",
		},
	} {
		for _, line := range lines {
			if found := find(l, Messages, line); !slices.Contains(found.Warn, about) || found.Stop {
				t.Errorf("%q: warns of %q, and not of %q, or stops: %v", line, found.Warn, about, found.Stop)
			}
		}
	}
	for _, line := range []string{
		"I have your nudes and will send them to all your friends", "i recorded you, I have the video, I'll post it to your family", "pay $500 or I will leak your video",
		"pay me in bitcoin or everything goes to your contacts", "I hacked your phone", "live sex cam here", "free cam show at", "F R E E cam show", "trade cp ?",
		"tengo tus fotos y se las mando a tus amigos", "у меня есть твои фото, отправлю всем твоим друзьям",
	} {
		if !find(l, Messages, line).Stop {
			t.Errorf("%q is not stopped", line)
		}
	}
}

// What the built-in list must let pass: people talk of all that traps are made of.
func TestStarterLetsPass(t *testing.T) {
	l, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range ordinary {
		for _, in := range []Place{Messages, Interests, Questions} {
			if found := find(l, in, line); found.Stop || found.Warn != nil || found.Flags != nil {
				t.Errorf("%q in %s: %+v", line, in, found)
			}
		}
	}
}

var ordinary = []string{
	"hi", "hey", "hello, how are you?", "where are you from?", "asl?", "m or f?", "how old are you?", "I'm 19, you?", "25m from Canada", "28 f here",
	"what do you do all day?", "I work in a bank, it's boring", "my bank closed my account", "I lost my card yesterday", "I paid by card",
	"I am a trader at a food market", "I trade stamps with people from all over the world", "do you collect coins?", "trading cards are my hobby", "I got a pokemon card for my birthday",
	"my aunt gave me an amazon gift card for christmas", "gift cards are such a boring present", "I never know what to buy, so I buy gift cards",
	"what do you think about bitcoin?", "I lost money with crypto last year", "crypto is a scam if you ask me", "my brother talks about bitcoin every day", "I'm saving for a house, prices are crazy",
	"I invest in an index fund and forget about it", "do you invest?", "my pension fund had bad returns", "I make 15 dollars an hour at the cafe", "they pay me 12 euros an hour", "I earn enough",
	"how much is rent where you live?", "rent is $1500 a month here", "money doesn't make you happy", "send me good vibes", "can you send me the recipe?", "send me the link later", "send me the code, I'll review it", "the code doesn't compile",
	"my parents send me money every month, I'm a student", "I need money lol", "can you borrow books there for free?", "lend me your ears",
	"I don't use whatsapp any more", "my mom calls me on whatsapp every sunday", "everybody here uses whatsapp", "telegram was hacked, I read", "I deleted instagram last year and feel better", "is signal better than telegram?", "I work on a telegram bot in go", "instagram makes people sad", "my sister is always on snapchat", "skype is dead, isn't it?",
	"I texted my boss on the way to work", "we met on a train", "add me to the list of people who like rain", "write me a poem", "text adventure games are the best", "message in a bottle", "contact lenses hurt",
	"do you have a dog?", "do you have any pets?", "do you have siblings?", "what's your favourite film?", "what is your name?", "give me your best joke", "are you on a break?", "are you on the night shift?",
	"my dog is 12 years old", "my little brother is 14 years old", "I have two teenage daughters", "my daughter is 9", "I was 16 when I moved out", "when I was 15 I played the drums", "teen movies from the 80s", "I teach at a school for girls", "any good books lately?", "any 90s kids here?", "any plans for the weekend?", "looking for a good book", "looking for someone to talk to", "I'm into jazz and old films", "I like young wines", "young people today...", "are you under the weather?", "I look younger than I am",
	"the camera on my phone is broken", "my webcam broke, so I can't join meetings", "do you like webcomics?", "the live show was great", "we saw a live show of a jazz band", "check my spelling please", "check out this band", "look at my cat", "see my point?", "watch the news", "click here is bad link text", "free speech", "free will", "a hot summer", "I'm lonely tonight", "i'm so tired", "I am wet from the rain", "I feel lonely sometimes",
	"I have pictures of my trip, I'd share them with my family", "I took photos at the wedding", "I have a video of my cat", "I recorded a song last week", "somebody hacked my account once", "I was hacked", "pay attention or you'll miss it", "pay the bill or they cut the power",
	"verify it yourself", "prove it", "can you confirm the date?", "I need to verify my account at work",
	"spotify or apple music?", "apple pie", "steam is on sale again", "I bought a game on steam", "google maps sent me into a river", "amazon is late again", "the amazon is burning", "the xbox broke",
	"call me Ishmael", "call me maybe", "you can call me Sam", "it's about 120000 people", "pi is 3.14159265358979", "the year 1989", "1 2 3 4 5 6 7 8 9 10", "I run 10 km a day", "12345", "the earth is 149600000 km from the sun", "a b c d e f g", "l o l", "h e l l o", "node.js", "C++ or C#?", "10/10", "50/50", "24/7", "see you at 9:30", "v1.2.3",
	"sugar in coffee?", "no sugar, thanks", "my daddy was a farmer", "sweet as sugar baby",
	"mi madre me escribe por whatsapp todos los días", "¿de dónde eres?", "trabajo en un banco", "me gusta ganar al ajedrez", "ganar es difícil", "perdí dinero con el bitcoin", "hoy gané un partido", "tengo fotos de mi perro", "dame un segundo", "¿tienes mascotas?", "mándame un saludo",
	"não uso whatsapp no trabalho", "de onde você é?", "você tem cachorro?", "vamos falar de música", "investir na bolsa é difícil", "me manda uma piada", "me dá um minuto",
	"je n'utilise pas whatsapp", "tu viens d'où ?", "je gagne 1500 euros par mois", "tu as un chien ?", "t'as quel âge ?", "j'ai perdu de l'argent en bourse", "parle-moi de toi", "envoie-moi une blague", "donne un exemple",
	"ich habe kein whatsapp", "woher kommst du?", "hast du einen Hund?", "hast du Geschwister?", "ich verdiene 15 Euro pro Stunde", "Bitcoin ist mir zu riskant", "schreib mir ein Gedicht", "gib mir einen Tipp", "lass uns über Musik reden", "ich kaufe mir ein Fahrrad", "der Bus kommt zweimal pro Tag",
	"aku nggak pakai whatsapp", "dari mana?", "kamu kerja apa?", "modal bisnis itu besar", "chat di sini aja ya", "minta doa ya",
	"telegram kullanmıyorum", "nerelisin?", "borsada para kazanmak zor", "bana bir şarkı söyle", "kaç yaşındasın?", "günde iki kahve içerim",
	"я не пользуюсь телеграмом", "откуда ты?", "сколько тебе лет?", "я зарабатываю мало", "денег нет", "давай поговорим о музыке", "напиши что-нибудь", "есть собака?", "дай подумать", "у меня есть фото кота", "го спать", "работаю пять дней в неделю",
	"لا أستخدم واتساب", "من أين أنت؟", "عندك أخوة؟", "كلمني عن نفسك", "الأرباح قليلة هذا العام",
	"main whatsapp use nahi karta", "aap kahan se ho?", "तुम कहाँ से हो?", "पैसे नहीं हैं", "मुझे चाय दो", "mujhe ek kahani sunao",
	"どこから来ましたか？", "締め切りのラインがある", "オンラインゲームが好き", "投資は難しい", "副業を始めた", "アマゾンで本を買った", "インスタは見ない",
	"你是哪里人？", "我不用微信", "比特币跌了", "投资有风险", "加油！", "加我一个", "买苹果吃", "我在飞机上", "换个话题吧",
	"日本語も?", "on a night train, somewhere past Ljubljana. you?", "night shift at a lighthouse. well, its server room :)",
	"🙂", "👍👍👍", "🇩🇪 vs 🇧🇷", "...", "???", "\\o/", "¯\\_(ツ)_/¯",
}

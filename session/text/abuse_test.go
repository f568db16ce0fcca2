package text

import "testing"

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"Hello, how ARE you?", "hello how are you", "h e l l o …how-are-you!!", "Ｈｅｌｌｏ　ｈｏｗ　ａｒｅ　ｙｏｕ"},
		{"Straße", "STRASSE"},
		{"e\u0301te\u0301", "été", "ÉTÉ."},
		{"नमस्ते", "नमस्ते!"},
		{"❤️❤️", "", "?!"},
		{"ﬁn 2", "FIN ²"},
	} {
		for _, s := range same {
			if got, want := Fold(s), Fold(same[0]); got != want {
				t.Errorf("Fold(%q) = %q, and Fold(%q) = %q", s, got, same[0], want)
			}
			if folded := Fold(s); Fold(folded) != folded {
				t.Errorf("Fold(%q) isn't folded", folded)
			}
		}
	}
	for _, different := range [][2]string{{"hello", "hallo"}, {"no 1", "no 2"}, {"नमस्ते", "नमसत"}, {"été", "ete"}} {
		if Fold(different[0]) == Fold(different[1]) {
			t.Errorf("%q folds to %q, too", different[0], Fold(different[1]))
		}
	}
}

func TestHasContact(t *testing.T) {
	for s, want := range map[string]bool{
		"t.me/abc":        true,
		"@anna":           true,
		"kik: anna_x":     true,
		"snap anna1999":   true,
		"ig x_anna":       true,
		"tg anna007xo":    true,
		"0171 2345678":    true,
		"+49 (171) 23-45": true,
		"１２３４５６":          true,
		"९८७६५४३२":        true,

		"":                   false,
		"hi":                 false,
		"m?":                 false,
		"hello there":        false,
		"hey :) how are you": false,
		"asl?":               false,
		"m25":                false,
		"20f":                false,
		"f18us":              false,
		"F 22 Berlin":        false,
		"26/m/uk":            false,
		"born in 1999":       false,
		"at 10:30?":          false,
		"male25":             false,
		"20male":             false,
		"f20india":           false,
		"go 1.26.8":          false,
		"24/7":               false,
		"^_^":                false,
		"o_o":                false,
		"안녕하세요":              false,
		"こんにちは":              false,
	} {
		if got := HasContact(s); got != want {
			t.Errorf("HasContact(%q) = %v", s, got)
		}
	}
}

func TestHasLink(t *testing.T) {
	for s, want := range map[string]bool{
		"https://example.org":              true,
		"see HTTP://EXAMPLE.ORG/x, please": true,
		"tg://resolve?domain=x":            true,
		"www.example.sx":                   true,
		"example.com":                      true,
		"Example.Com.":                     true,
		"(example.com)":                    true,
		"shop.example.com.au":              true,
		"example.com:8080/x":               true,
		"t.me/someone":                     true,
		"discord.gg/abc":                   true,
		"bit.ly/3x":                        true,
		"write to me@example.org":          true,
		"пример.рф":                        true,
		"ｅｘａｍｐｌｅ．ｃｏｍ":                      true,
		"example。com":                      true,
		"xn--e1afmkfd.xn--p1ai":            true,
		"abcdef.onion":                     true,

		"":                           false,
		"hello.how are you":          false,
		"I like node.js and main.go": false,
		"e.g. this, i.e. that":       false,
		"3.5/5, and 1.2":             false,
		"either/or, w/o":             false,
		"no.1 in a comma.complete":   false,
		"wait... what":               false,
		"at 10:30":                   false,
		"std::io://":                 false,
		"and then:// nothing":        false,
		"好。你呢？":                      false,
	} {
		if got := HasLink(s); got != want {
			t.Errorf("HasLink(%q) = %v", s, got)
		}
	}
}

// Row 27: what would make interests and questions an index of children.
func TestRow27Youngest(t *testing.T) {
	for s, want := range map[string]int{
		"15f": 15, "f15": 15, "15 F": 15, "15/m": 15, "m/16": 16, "14f4m": 14, "F, 17": 0, "17, f": 0, "17,f": 17,
		"14 yo": 14, "14yo girl": 14, "13 y/o": 13, "12yrs": 12, "12 years old": 12, "a 12-year-old": 12, "16 years of age": 16,
		"I'm 13": 13, "im 13, bored": 13, "i am 13.": 13, "I’m 13": 13, "age: 12": 12, "aged 11": 11, "just turned 14": 14,
		"i'm fifteen": 15, "Sixteen years old": 16, "thirteen yo": 13,
		"bin 14": 14, "14 Jahre": 14, "15 ans": 15, "soy 16": 16, "14 лет": 14, "14歳": 14, "１５ｆ": 15,
		"25f or 15f": 15, "21m": 21, "i'm 30": 30,

		"": 0, "jazz": 0, "13": 0, "top 10": 0, "1984": 0, "the 90s": 0, "3d printing": 0, "4x4": 0, "mp3": 0, "f1": 0, "5k run": 0,
		"i'm 10% sure": 0, "im 15 minutes late": 15, "i'm 1.85 m": 0, "14 days": 0, "f1 2014": 0, "catch 22": 0, "16 bit": 0, "formula1": 0,
		"10 years of chess": 0, "u2": 0, "twenty one pilots": 0,
	} {
		got, found := Youngest(s)
		if got != want || found != (want > 0) {
			t.Errorf("Youngest(%q) = %d, %v; want %d", s, got, found, want)
		}
	}
}

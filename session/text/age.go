package text

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// age finds how people say their age, or that of whom they look for: by what stands
// before the number, or by what stands behind it.
var age = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\b(?:i['’]?m|i am|age[ds]?|bin|soy|turned|turning)[ :=]+(` + number + `)(?:$|[^\d%$€£:.,-]|[.,](?:$|\D))`,
	`\b(` + number + `)[ -]*(?:yo|y/o|yrs?\b|years?[ -]*olds?|years? of age|jahre|anos|anni|años|ans\b|лет|歳|岁|yaş)`,
	`(?:^|[^\pL\d.,])(\d{1,2})[ /,]?[mf](?:4[mfar])?\b`,
	`(?:^|[^\pL\d'’])[mf][ /,]?(\d{1,2})\b`,
}, "|"))

// number is in figures or, for those that matter here, in words.
var number = `\d{1,2}|` + strings.Join(slices.Sorted(maps.Keys(numbers)), "|")

var numbers = map[string]int{
	"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
	"fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
}

// youngest is the lowest number that is taken for an age: lower ones mostly count
// something else.
const youngest = 5

// Youngest returns the lowest age that a text names, in years, and whether it names
// one: 15f, 14 yo, "I'm 13". It is meant for interests and questions, which are short
// and say what is looked for; in talk it would find too much.
func Youngest(s string) (years int, found bool) {
	for _, match := range age.FindAllStringSubmatch(norm.NFKC.String(s), -1) {
		for _, said := range match[1:] {
			n, err := strconv.Atoi(said)
			if err != nil {
				n = numbers[strings.ToLower(said)]
			}
			if n >= youngest && (!found || n < years) {
				years, found = n, true
			}
		}
	}
	return years, found
}

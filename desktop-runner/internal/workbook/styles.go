package workbook

import (
	"context"
	"strconv"
	"strings"
)

// dateForm is what a number format shows of a number: dates are numbers, and the
// format alone tells.
type dateForm uint8

const (
	notDate dateForm = iota
	// showsDate and showsTime tell which parts of a moment are shown; both may be.
	showsDate
	showsTime
	showsBoth
	// showsElapsed is hours, minutes or seconds beyond a day, as in [h]:mm.
	showsElapsed
)

// builtIn are the formats that workbooks name by number only. 27 to 36 and 50 to
// 58 are dates of East Asian editions, some of them times in some editions.
var builtIn = map[int]dateForm{
	14: showsDate, 15: showsDate, 16: showsDate, 17: showsDate, 18: showsTime, 19: showsTime, 20: showsTime, 21: showsTime, 22: showsBoth,
	27: showsDate, 28: showsDate, 29: showsDate, 30: showsDate, 31: showsDate, 32: showsTime, 33: showsTime, 34: showsDate, 35: showsDate, 36: showsDate,
	45: showsTime, 46: showsElapsed, 47: showsTime,
	50: showsDate, 51: showsDate, 52: showsDate, 53: showsDate, 54: showsDate, 55: showsDate, 56: showsDate, 57: showsDate, 58: showsDate,
}

// maxStyles is more than Excel allows in a workbook (65,490).
const maxStyles = 1 << 17

// readStyles keeps of each style of cells what its number format shows.
func (b *Book) readStyles(ctx context.Context, part string) error {
	custom := map[int]dateForm{}
	return b.readPart(ctx, part, "styleSheet", func(s *scanner, element []byte) error {
		switch string(element) {
		case "numFmts":
			return s.children(func([]byte) error {
				values, err := attributesOf(s, "numFmtId", "formatCode")
				if err != nil {
					return err
				}
				if id, err := strconv.Atoi(values[0]); err == nil && len(custom) < maxStyles {
					custom[id] = formOf(values[1])
				}
				return s.skip()
			})
		case "cellXfs":
			return s.children(func([]byte) error {
				value, err := s.attribute("numFmtId")
				if err != nil {
					return err
				}
				id, _ := strconv.Atoi(value) // a style without a format is a general one
				form, own := custom[id]
				if !own {
					form = builtIn[id]
				}
				if len(b.styles) < maxStyles {
					b.styles = append(b.styles, form)
				}
				return s.skip()
			})
		default:
			return s.skip()
		}
	})
}

// formOf tells what a format code shows. Its first section counts, which is that
// of positive numbers.
func formOf(code string) dateForm {
	letters, elapsed := dateLetters(code)
	form := notDate
	for i, c := range letters {
		switch c {
		case 'y', 'd':
			form |= showsDate
		case 'h', 's':
			form |= showsTime
		case 'm':
			// Minutes stand behind hours or before seconds; else it is the month.
			if i > 0 && letters[i-1] == 'h' || i+1 < len(letters) && letters[i+1] == 's' {
				form |= showsTime
			} else {
				form |= showsDate
			}
		}
	}
	if elapsed && form&showsDate == 0 {
		return showsElapsed
	}
	return form
}

// dateLetters gives the letters of a code that stand for parts of a moment, runs
// of one letter as one, without what is quoted, escaped or in brackets. Elapsed
// tells whether one was in brackets, as in [h].
func dateLetters(code string) (letters []byte, elapsed bool) {
	code = strings.ToLower(code)
	for i := 0; i < len(code) && code[i] != ';'; i++ {
		if end := literal(code, i); end > 0 {
			i = end - 1
			continue
		}
		switch c := code[i]; c {
		case '[':
			end := past(code, i, "]")
			if inner := strings.Trim(code[i:end+1], "[]"); isElapsed(inner) {
				elapsed, letters = true, append(letters, inner[0])
			}
			i = end
		case 'y', 'm', 'd', 'h', 's':
			if len(letters) == 0 || letters[len(letters)-1] != c || i > 0 && code[i-1] != c {
				letters = append(letters, c)
			}
		}
	}
	return letters, elapsed
}

// literal gives the place behind what shows itself, or is a word of several
// letters; 0 where nothing of the kind begins at i.
func literal(code string, i int) int {
	switch code[i] {
	case '"':
		return past(code, i, `"`) + 1
	case '\\', '_', '*':
		return i + 2
	}
	for _, word := range []string{"general", "am/pm", "a/p"} {
		if strings.HasPrefix(code[i:], word) {
			return i + len(word)
		}
	}
	return 0
}

// isElapsed tells [h], [mm] and the like from colours, languages and conditions.
func isElapsed(inner string) bool {
	return inner != "" && strings.ContainsAny(inner[:1], "hms") && strings.Trim(inner, inner[:1]) == ""
}

// past gives the place of the next mark behind i, or the last one there is.
func past(code string, i int, mark string) int {
	if length := strings.Index(code[i+1:], mark); length >= 0 {
		return i + 1 + length
	}
	return len(code) - 1
}

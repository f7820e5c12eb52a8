// Package xlsx writes workbooks: reports of results, with native charts, and the
// rows of a dataset. It is the only one that speaks to the library for them.
package xlsx

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// book is a workbook while it is written. Its first error is kept in err, and
// what follows does nothing; close frees what it holds.
type book struct {
	file   *excelize.File
	styles [looks]int
	names  map[string]bool
	err    error
}

// newBook gives an empty workbook, which keeps what is large in files of dir.
func newBook(dir string) *book {
	b := &book{file: excelize.NewFile(excelize.Options{TmpDir: dir}), names: map[string]bool{}}
	const accent, grey, family = "1F4E79", "767676", "Calibri"
	dates, stamps, times := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss"
	for at, style := range [looks]*excelize.Style{
		plain:     {},
		date:      {CustomNumFmt: &dates},
		timestamp: {CustomNumFmt: &stamps},
		timeOfDay: {CustomNumFmt: &times},
		guarded:   {NumFmt: 49}, // text, also after it was edited
		withheld:  {Font: &excelize.Font{Family: family, Size: 11, Italic: true, Color: grey}, Alignment: &excelize.Alignment{Horizontal: "right"}},
		heading: {
			Font: &excelize.Font{Family: family, Size: 11, Bold: true, Color: accent}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDEBF7"}},
			Border: []excelize.Border{{Type: "bottom", Style: 1, Color: accent}}, NumFmt: 49,
		},
		title:    {Font: &excelize.Font{Family: family, Bold: true, Size: 18, Color: accent}, NumFmt: 49},
		subtitle: {Font: &excelize.Font{Family: family, Bold: true, Size: 14, Color: accent}, NumFmt: 49},
		label:    {Font: &excelize.Font{Family: family, Size: 11, Color: grey}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}, NumFmt: 49},
		prose:    {Alignment: &excelize.Alignment{Vertical: "top", WrapText: true, Horizontal: "left"}, NumFmt: 49},
		link:     {Font: &excelize.Font{Family: family, Size: 11, Underline: "single", Color: "0563C1"}, NumFmt: 49},
		figure:   {Alignment: &excelize.Alignment{Horizontal: "left"}},
	} {
		b.do(func() (err error) { b.styles[at], err = b.file.NewStyle(style); return err })
	}
	return b
}

// do calls f unless an error has happened before.
func (b *book) do(f func() error) {
	if b.err == nil {
		b.err = f()
	}
}

// sheet adds a sheet, named as near to wanted as a workbook allows, and gives its
// name.
func (b *book) sheet(wanted string) string {
	name := unusedName(wanted, b.names)
	b.do(func() error {
		if len(b.names) == 1 {
			return b.file.SetSheetName("Sheet1", name)
		}
		_, err := b.file.NewSheet(name)
		return err
	})
	// On paper all columns are on one page.
	landscape, pages, asMany, fits := "landscape", 1, 0, true
	b.do(func() error {
		return b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &pages, FitToHeight: &asMany})
	})
	b.do(func() error { return b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fits}) })
	return name
}

// maxSheetName is how many UTF-16 units the name of a sheet may have.
const maxSheetName = 31

// unusedName makes a valid name of a sheet that none of the taken has, in any
// letter case, and takes it.
func unusedName(wanted string, taken map[string]bool) string {
	base := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`:\/?*[]`, r):
			return '-'
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= 0xFFFE && r <= 0xFFFF:
			return ' '
		default:
			return r
		}
	}, wanted)
	base = strings.Trim(base, " '")
	if base == "" || strings.EqualFold(base, "history") { // a name that Excel keeps for itself
		base = "-" + base
	}
	name := firstUnits(base, maxSheetName)
	for n := 2; taken[strings.ToLower(name)]; n++ {
		end := fmt.Sprintf(" (%d)", n)
		name = firstUnits(base, maxSheetName-len(end)) + end
	}
	taken[strings.ToLower(name)] = true
	return name
}

// firstUnits gives the first characters of a text that fit into so many UTF-16
// units, without blanks or apostrophes at the end.
func firstUnits(text string, units int) string {
	for i, r := range text {
		if units -= utf16.RuneLen(r); units < 0 {
			text = text[:i]
			break
		}
	}
	return strings.TrimRight(text, " '")
}

// put writes a cell.
func (b *book) put(sheet string, column, row int, c cell) {
	if c.value == nil && c.look == plain {
		return
	}
	at := place(column, row)
	b.do(func() error { return b.file.SetCellValue(sheet, at, c.value) })
	if c.look != plain {
		b.do(func() error { return b.file.SetCellStyle(sheet, at, at, b.styles[c.look]) })
	}
}

// text writes text with a look of its own.
func (b *book) text(sheet string, column, row int, text string, l look) {
	c := textCell(text)
	c.look = l
	b.put(sheet, column, row, c)
}

const (
	narrowest = 9
	widest    = 60
)

// width sets how wide a column is, in characters.
func (b *book) width(sheet string, column, characters int) {
	name := columnName(column)
	b.do(func() error {
		return b.file.SetColWidth(sheet, name, name, float64(min(max(characters+3, narrowest), widest)))
	})
}

var headerStays = excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}

// describe sets what the file says of itself. It has no other time, so that the
// same content gives the same bytes.
func (b *book) describe(title string, now time.Time) {
	made := now.UTC().Format(time.RFC3339)
	b.do(func() error {
		return b.file.SetDocProps(&excelize.DocProperties{Title: title, Creator: "DDAP", LastModifiedBy: "DDAP", Created: made, Modified: made})
	})
}

// save writes the workbook, and stops when ctx is done.
func (b *book) save(ctx context.Context, dir, name string) error {
	if b.err != nil {
		return fmt.Errorf("writing a workbook: %w", b.err)
	}
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	// With charts the library adds these in any order.
	if types := b.file.ContentTypes; types != nil {
		sort.Slice(types.Defaults, func(i, j int) bool { return types.Defaults[i].Extension < types.Defaults[j].Extension })
	}
	err = b.file.Write(stoppable{ctx.Err, file})
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("writing a workbook: %w", err)
	}
	return nil
}

// close removes the files that the library keeps while it writes.
func (b *book) close() error { return b.file.Close() }

// stoppable fails to write when its work is stopped.
type stoppable struct {
	stopped func() error
	to      io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	if err := s.stopped(); err != nil {
		return 0, err
	}
	return s.to.Write(p)
}

// place gives a cell's name; column and row begin at 1.
func place(column, row int) string { return fmt.Sprintf("%s%d", columnName(column), row) }

func columnName(column int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// reference gives cells of a sheet as charts name them.
func reference(sheet string, column, from, to int) string {
	name := columnName(column)
	quoted := "'" + strings.ReplaceAll(sheet, "'", "''") + "'"
	if from == to {
		return fmt.Sprintf("%s!$%s$%d", quoted, name, from)
	}
	return fmt.Sprintf("%s!$%s$%d:$%s$%d", quoted, name, from, name, to)
}

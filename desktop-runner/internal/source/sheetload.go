package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/workbook"
	"ddap/shared/result"
)

// maxSheetGaps bounds the cells without a value among those with one: a file of
// a few bytes can have a first and a last cell of a sheet.
const maxSheetGaps = 1 << 28

// misfitError is a value that does not fit its column.
type misfitError struct{ place string }

// Error names the cell.
func (e *misfitError) Error() string {
	return e.place + " does not fit the type that was set for its column; correct it or set another type"
}

// databaseTypes are the engine's names of our types.
var databaseTypes = map[result.Type]string{
	result.Integer: "BIGINT", result.Float: "DOUBLE", result.Boolean: "BOOLEAN", result.Text: "VARCHAR",
	result.Date: "DATE", result.Timestamp: "TIMESTAMP", result.Time: "TIME",
}

// openSheets looks at the first rows of each workbook.
func (r *reader) openSheets(ctx context.Context, limits plan.Limits) error {
	for i, path := range r.file.Paths() {
		s, err := openSheet(ctx, r.db.PathOf(path), r.file.Reading, i+1, len(r.file.Paths()), limits)
		if err == nil {
			r.sheets = append(r.sheets, s)
			err = s.sniff(ctx, sniffRecords)
			if err == nil && len(s.unsure) > 0 && !s.whole {
				err = s.sniff(ctx, 0)
			}
		}
		if err != nil {
			return r.sheetTrouble(ctx, i+1, err)
		}
	}
	return nil
}

// sheetTrouble makes a fault of an error of a workbook.
func (r *reader) sheetTrouble(ctx context.Context, number int, err error) error {
	var database *engine.Error
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &database):
		return err
	default:
		return r.unreadable((&text{number: number, of: len(r.file.Paths())}).where() + err.Error())
	}
}

// sheetColumns puts the workbooks' rows into one table of the engine, which is
// the FROM clause. A sample decided on the types; where a later value does not
// fit, all of them are looked at.
func (r *reader) sheetColumns(ctx context.Context) ([]column, string, error) {
	table := fmt.Sprintf("sheet%d", r.index)
	for {
		columns, err := r.joinSheets()
		if err != nil {
			return nil, "", err
		}
		number, err := r.loadSheets(ctx, table, columns)
		if err == nil {
			return columns, engine.Identifier(table), nil
		}
		misfit := (*misfitError)(nil)
		if !errors.As(err, &misfit) || !slices.ContainsFunc(r.sheets, func(s *sheet) bool { return !s.whole }) {
			return nil, "", r.sheetTrouble(ctx, number, err)
		}
		for i, s := range r.sheets {
			if s.whole {
				continue
			}
			if err := s.sniff(ctx, 0); err != nil {
				return nil, "", r.sheetTrouble(ctx, i+1, err)
			}
		}
	}
}

// joinSheets brings the workbooks to the same columns, found by name, each of a
// kind that has the values of all.
func (r *reader) joinSheets() ([]column, error) {
	names, kinds := r.sheets[0].names, map[string]kind{}
	for i, s := range r.sheets {
		if err := sameNames(names, s.names); err != nil {
			return nil, r.unreadable((&text{number: i + 1, of: len(r.sheets)}).where() + err.Error())
		}
		for j, name := range s.names {
			k, known := kinds[name]
			if !known {
				k = kindEmpty
			}
			kinds[name] = k.join(s.kinds[j])
		}
	}
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i] = column{result.Column{Name: name, Type: forms[kinds[name]].as}, engine.Identifier(name)}
	}
	for _, s := range r.sheets {
		for j, name := range s.names {
			s.kinds[j] = kinds[name]
		}
	}
	return columns, nil
}

// loadSheets fills the table; number is the workbook that an error is about.
func (r *reader) loadSheets(ctx context.Context, table string, columns []column) (number int, err error) {
	list := make([]string, len(columns))
	for i, c := range columns {
		if err := checkName(i, c.Name); err != nil {
			return 1, err
		}
		list[i] = engine.Identifier(c.Name) + " " + databaseTypes[c.Type]
	}
	if _, err := r.db.Exec(ctx, "CREATE OR REPLACE TABLE "+engine.Identifier(table)+" ("+strings.Join(list, ", ")+")"); err != nil {
		return 1, err
	}
	err = r.db.Append(ctx, table, func(add func([]engine.Value) error) error {
		for _, s := range r.sheets {
			number = s.number
			if err := s.load(ctx, NamesOf(plain(columns)), add, r.db.Appended); err != nil {
				return err
			}
		}
		return nil
	})
	return number, err
}

// load hands over the rows below the header, with the columns in the order of
// the names. Rows without a value count where others follow them.
func (s *sheet) load(ctx context.Context, names []string, add func([]engine.Value) error, done func(fraction float64)) error {
	at := make([]int, len(s.names))
	for i, name := range s.names {
		at[i] = slices.Index(names, name)
	}
	missing, row := missingTexts(s.reading), make([]engine.Value, len(names))
	next, gaps := s.used.FirstRow, 0
	if s.header {
		next++
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	defer s.rest()
	return s.book.Each(ctx, s.sheet, s.within, func(number int, cells []workbook.Cell) error {
		if number < next {
			return nil
		}
		if gaps += (number-next+1)*len(names) - len(cells); gaps > maxSheetGaps {
			return fmt.Errorf("sheet %q has more than %d cells without a value among those that have one; set a range", s.sheet.Name, maxSheetGaps)
		}
		s.used.LastRow = max(s.used.LastRow, number)
		clear(row)
		for ; next < number; next++ {
			if next%sniffRecords == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := add(row); err != nil {
				return err
			}
		}
		next++
		if err := s.fill(row, at, number, cells, missing); err != nil {
			return err
		}
		done((float64(s.number-1) + s.book.Done()) / float64(s.of))
		return add(row)
	})
}

// fill puts the cells of a row to their places in it.
func (s *sheet) fill(row []engine.Value, at []int, number int, cells []workbook.Cell, missing map[string]bool) error {
	for _, c := range cells {
		if c.Kind == workbook.Error || c.Kind == workbook.Text && missing[c.Text] {
			continue
		}
		i := c.Column - s.used.FirstColumn
		if i < 0 || i >= len(at) {
			return s.misfit(number, c)
		}
		value, fits := s.take(i, c.Value)
		if !fits {
			return s.misfit(number, c)
		}
		row[at[i]] = value
	}
	return nil
}

// take gives a value as its column has it. Where the owner says that numbers are
// dates, they are, whatever they look like in the workbook.
func (s *sheet) take(column int, v workbook.Value) (engine.Value, bool) {
	value, fits := s.kinds[column].take(v)
	if _, said := s.reading.Types[s.names[column]]; said && !fits {
		return s.kinds[column].take(s.book.Moment(v))
	}
	return value, fits
}

func (s *sheet) misfit(row int, c workbook.Cell) error {
	return &misfitError{fmt.Sprintf("sheet %q: the value in cell %s", s.sheet.Name, workbook.PlaceName(row, c.Column))}
}

// close frees the files.
func (r *reader) close() {
	for _, s := range r.sheets {
		s.close()
	}
}

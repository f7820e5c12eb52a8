package workbook

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// maxSheets is more than any workbook has; each costs memory.
const maxSheets = 10_000

var errNoBook = errors.New("it is a ZIP archive, but there is no spreadsheet in it; give it the right name")

// relation is where a part points to another.
type relation struct {
	id, kind, target string
	external         bool
}

// is compares the kind without its namespace, which differs between strict and
// transitional workbooks.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.kind, "/"+kind) }

// relations reads what a part points to; none where nothing is said.
func (b *Book) relations(ctx context.Context, part string) ([]relation, error) {
	folder := folderOf(part)
	name := partName(folder, "_rels/"+part[len(folder):]+".rels")
	if !b.archive.has(name) {
		return nil, nil
	}
	var out []relation
	err := b.readPart(ctx, name, "Relationships", func(s *scanner, element []byte) error {
		if string(element) != "Relationship" {
			return s.skip()
		}
		values, err := attributesOf(s, "Id", "Type", "Target", "TargetMode")
		if err != nil {
			return err
		}
		if len(out) == maxEntries {
			return errDirectory
		}
		out = append(out, relation{
			id: values[0], kind: values[1], target: partName(folder, values[2]), external: strings.EqualFold(values[3], "External"),
		})
		return s.skip()
	})
	return out, err
}

// readPart hands over the elements of a part's root, which must have the name.
func (b *Book) readPart(ctx context.Context, name, root string, take func(s *scanner, element []byte) error) error {
	part, err := b.archive.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	s := newScanner(ctx, part)
	found, err := s.root()
	switch {
	case err != nil:
		return err
	case found != root:
		return errNoBook
	}
	return s.children(func(element []byte) error { return take(s, element) })
}

func attributesOf(s *scanner, names ...string) ([]string, error) {
	out := make([]string, len(names))
	for i, name := range names {
		var err error
		if out[i], err = s.attribute(name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readBook reads which sheets the workbook has, and how they are written.
func (b *Book) readBook(ctx context.Context) error {
	main, err := b.mainPart(ctx)
	if err != nil {
		return err
	}
	targets, err := b.relations(ctx, main)
	if err != nil {
		return err
	}
	sheets, err := b.readSheets(ctx, main)
	if err != nil {
		return err
	}
	if err := b.place(sheets, targets); err != nil {
		return err
	}
	for _, r := range targets {
		switch {
		case r.external || !b.archive.has(r.target):
		case r.is("sharedStrings"):
			b.stringsPart = r.target
		case r.is("styles"):
			if err := b.readStyles(ctx, r.target); err != nil {
				return err
			}
		}
	}
	return nil
}

// mainPart finds the workbook by the relations of the archive.
func (b *Book) mainPart(ctx context.Context) (string, error) {
	relations, err := b.relations(ctx, "")
	if err != nil {
		return "", err
	}
	main := ""
	for _, r := range relations {
		if r.is("officeDocument") && !r.external {
			main = r.target
		}
	}
	switch {
	case strings.HasSuffix(main, ".bin"):
		return "", errors.New("it is a binary workbook (.xlsb), which cannot be read; save it as XLSX")
	case main == "" && b.archive.has("mimetype"):
		return "", errors.New("it is an OpenDocument file (.ods), which cannot be read; save it as XLSX")
	case main == "" || !b.archive.has(main):
		return "", errNoBook
	default:
		return main, nil
	}
}

// listed is a sheet as the workbook lists it.
type listed struct {
	name, id string
	hidden   bool
}

func (b *Book) readSheets(ctx context.Context, main string) ([]listed, error) {
	var out []listed
	err := b.readPart(ctx, main, "workbook", func(s *scanner, element []byte) error {
		switch string(element) {
		case "workbookPr":
			value, err := s.attribute("date1904")
			if value == "1" || strings.EqualFold(value, "true") {
				b.epoch = epoch1904
			}
			return errors.Join(err, s.skip())
		case "sheets":
			return s.children(func(element []byte) error {
				if string(element) != "sheet" {
					return s.skip()
				}
				values, err := attributesOf(s, "name", "id", "state")
				if err != nil {
					return err
				}
				if len(out) == maxSheets {
					return fmt.Errorf("it has more than %d sheets; save it again with a spreadsheet program", maxSheets)
				}
				out = append(out, listed{unwrap(values[0]), values[1], values[2] == "hidden" || values[2] == "veryHidden"})
				return s.skip()
			})
		default:
			return s.skip()
		}
	})
	return out, err
}

// place finds the part of each sheet. Sheets of charts and of macros have no
// cells, and are left out; one that lies outside of the archive is never opened.
func (b *Book) place(sheets []listed, targets []relation) error {
	byID := map[string]relation{}
	for _, r := range targets {
		byID[r.id] = r
	}
	for _, l := range sheets {
		r, ok := byID[l.id]
		switch {
		case !ok:
			return fmt.Errorf("its sheet %q leads to no part of it; save it again with a spreadsheet program", l.name)
		case r.external:
			return fmt.Errorf("its sheet %q lies outside of the file, where nothing is read; copy it into the file", l.name)
		case r.is("worksheet"):
			b.Sheets = append(b.Sheets, Sheet{Name: l.name, Hidden: l.hidden, part: r.target})
		}
	}
	if len(b.Sheets) == 0 {
		return errors.New("it has no sheet with cells")
	}
	return nil
}

package workbook

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// arenaBytes is how many texts share one piece of memory.
const arenaBytes = 1 << 20

// headerBytes is what a text costs beside its characters.
const headerBytes = 16

// readStrings reads the texts that the sheets share. They are kept whole, as a
// cell may name any of them, so they are bounded.
func (b *Book) readStrings(ctx context.Context) error {
	if b.stringsPart == "" {
		return nil
	}
	part, err := b.archive.open(b.stringsPart)
	if err != nil {
		return err
	}
	defer part.Close()
	t := texts{xml: newScanner(ctx, part)}
	if name, err := t.xml.root(); err != nil || name != "sst" {
		return orBroken(err)
	}
	b.strings = nil
	var arena strings.Builder
	var ends []int
	used := int64(0)
	flush := func() {
		all, from := arena.String(), 0
		for _, end := range ends {
			b.strings = append(b.strings, all[from:end])
			from = end
		}
		arena, ends = strings.Builder{}, ends[:0]
	}
	err = t.xml.children(func(name []byte) error {
		if string(name) != "si" {
			return t.xml.skip()
		}
		item, err := t.item()
		switch {
		case err != nil:
			return fmt.Errorf("shared text %d: %w", len(b.strings)+len(ends)+1, err)
		case arena.Len() > 0 && arena.Len()+len(item) > arenaBytes:
			flush()
		}
		if used += int64(len(item)) + headerBytes; used > b.limits.StringBytes {
			return fmt.Errorf("its texts need more than the %d MB of memory that a task here may use for them; share it as CSV, or allow tasks more memory", b.limits.StringBytes>>20)
		}
		arena.Write(item)
		ends = append(ends, arena.Len())
		return nil
	})
	flush()
	return err
}

func orBroken(err error) error {
	if err == nil {
		return errXML
	}
	return err
}

// texts reads elements that hold rich text.
type texts struct {
	xml *scanner
	buf []byte
}

// item reads the element whose start was the last token: its texts, plain or in
// runs of one look each, and not how they are spoken (rPh). It holds until the
// next call.
func (t *texts) item() ([]byte, error) {
	t.buf = t.buf[:0]
	if err := t.runs(); err != nil {
		return nil, err
	}
	if !utf8.Valid(t.buf) {
		return nil, errEncoding
	}
	if raw := string(t.buf); strings.Contains(raw, "_x") {
		t.buf = append(t.buf[:0], unwrap(raw)...)
	}
	return t.buf, nil
}

func (t *texts) runs() error {
	return t.xml.children(func(name []byte) error {
		switch string(name) {
		case "t":
			return t.characters()
		case "r":
			return t.runs()
		default:
			return t.xml.skip()
		}
	})
}

// characters appends what stands in an element whose start was the last token.
func (t *texts) characters() error {
	for outer := t.xml.depth - 1; ; {
		kind, err := t.xml.next()
		switch {
		case err != nil:
			return err
		case kind == endOfPart:
			return errCut
		case kind == endTag && t.xml.depth == outer:
			return nil
		case kind == text:
			if t.buf, err = t.xml.appendText(t.buf); err != nil {
				return err
			}
		}
		if len(t.buf) > maxToken {
			return errLong
		}
	}
}

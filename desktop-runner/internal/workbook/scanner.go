package workbook

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// token is what a scanner comes to.
type token int

const (
	startTag token = iota
	endTag
	text
	endOfPart
)

// What a part's XML may be. A cell has 32,767 characters at most.
const (
	scanBytes  = 64 << 10
	maxToken   = 1 << 20
	maxNesting = 64
)

var (
	errXML      = errors.New("its XML is broken; save it again with a spreadsheet program")
	errCut      = errors.New("its XML ends in the middle; the file may have been cut off. Copy or save it again")
	errDoctype  = errors.New("its XML has a document type, with which a small file can grow without end; spreadsheet programs write none. Save it again with one")
	errEntity   = errors.New("its XML has an entity that is not one of the five that every XML has; save it again with a spreadsheet program")
	errNesting  = errors.New("its XML is nested deeper than that of any spreadsheet; save it again with a spreadsheet program")
	errLong     = errors.New("it has a text of more than 1 MB in one place, where a cell has 32,767 characters at most; save it again with a spreadsheet program")
	errEncoding = errors.New("its XML is not UTF-8, as spreadsheet programs write it; save it again with one")
)

// scanner takes XML apart, a tag or a text at a time. encoding/xml does the same
// at a seventh of the speed (RawToken on 200 MB of rows), as it copies every name
// and value. Names are
// taken without their prefix: strict and transitional workbooks differ in the
// namespaces only, and elements are known by the place where they stand.
type scanner struct {
	ctx context.Context //nolint:containedctx // lives as long as one call of Each
	in  io.Reader
	buf []byte
	// at and end bound what was read and not yet scanned.
	at, end int
	eof     bool
	// name and attributes are those of the tag; text is that between tags, as it
	// is written, and verbatim where it has no entities. All hold until the next token.
	name, attributes, text []byte
	verbatim               bool
	// empty: the tag ends itself, so its end is the next token.
	empty bool
	open  [maxNesting][]byte
	depth int
	begun bool
}

func newScanner(ctx context.Context, in io.Reader) *scanner {
	return &scanner{ctx: ctx, in: in, buf: make([]byte, scanBytes)}
}

// next gives the next token. Comments and instructions are passed over.
func (s *scanner) next() (token, error) {
	if s.empty {
		s.empty = false
		s.depth--
		return endTag, nil
	}
	if !s.begun {
		if err := s.begin(); err != nil {
			return endOfPart, err
		}
	}
	for {
		if s.at == s.end {
			if more, err := s.fill(); !more {
				return endOfPart, s.atEnd(err)
			}
		}
		if s.buf[s.at] != '<' {
			return s.characters()
		}
		kind, err := s.markup()
		if err != nil || kind != endOfPart {
			return kind, err
		}
	}
}

// begin looks at the first bytes, which tell an encoding other than UTF-8.
func (s *scanner) begin() error {
	s.begun = true
	for s.end < 4 {
		if more, err := s.fill(); !more {
			return s.atEnd(err)
		}
	}
	head := s.buf[:s.end]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		s.at = 3
	case head[0] == 0xff, head[0] == 0xfe, head[0] == 0, head[1] == 0:
		return errEncoding
	}
	return nil
}

func (s *scanner) atEnd(err error) error {
	if err == nil && s.depth > 0 {
		return errCut
	}
	return err
}

// fill reads more behind what is there. False means the end, or an error.
func (s *scanner) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.at > 0 && s.end-s.at < s.at {
		s.end = copy(s.buf, s.buf[s.at:s.end])
		s.at = 0
	}
	if s.end == len(s.buf) {
		if s.end-s.at > maxToken {
			return false, errLong
		}
		bigger := make([]byte, 2*len(s.buf))
		s.end = copy(bigger, s.buf[s.at:s.end])
		s.buf, s.at = bigger, 0
	}
	if err := s.ctx.Err(); err != nil {
		return false, context.Cause(s.ctx)
	}
	for {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		switch {
		case n > 0:
			return true, nil // an error will come again
		case errors.Is(err, io.EOF):
			s.eof = true
			return false, nil
		case err != nil:
			return false, err //nolint:wrapcheck // a sentence of partReader's
		}
	}
}

// find gives the place of the first mark from a place on, both counted from
// s.at. It reads on until there is one.
func (s *scanner) find(mark string, from int) (int, error) {
	for {
		if i := bytes.Index(s.buf[s.at+from:s.end], []byte(mark)); i >= 0 {
			return from + i, nil
		}
		from = max(from, s.end-s.at-len(mark)+1)
		if more, err := s.fill(); !more {
			return 0, orCut(err)
		}
	}
}

func orCut(err error) error {
	if err == nil {
		return errCut
	}
	return err
}

func (s *scanner) characters() (token, error) {
	from := 0
	for {
		if i := bytes.IndexByte(s.buf[s.at+from:s.end], '<'); i >= 0 {
			s.text, s.verbatim = s.buf[s.at:s.at+from+i], false
			s.at += from + i
			return text, nil
		}
		from = s.end - s.at
		more, err := s.fill()
		switch {
		case err != nil:
			return endOfPart, err
		case more:
			continue
		case s.depth > 0:
			return endOfPart, errCut
		}
		s.text, s.at = s.buf[s.at:s.end], s.end
		return text, nil
	}
}

// markup reads what begins with "<". endOfPart means that it says nothing.
func (s *scanner) markup() (token, error) {
	for s.end-s.at < len("<![CDATA[") {
		if more, err := s.fill(); err != nil {
			return endOfPart, err
		} else if !more {
			break
		}
	}
	head := s.buf[s.at:s.end]
	switch {
	case len(head) < len("<a>"):
		return endOfPart, errCut
	case head[1] == '/':
		return s.closing()
	case head[1] == '?':
		return endOfPart, s.discard("?>")
	case bytes.HasPrefix(head, []byte("<!--")):
		s.at += len("<!--")
		return endOfPart, s.discard("-->")
	case bytes.HasPrefix(head, []byte("<![CDATA[")):
		return s.cdata()
	case head[1] == '!':
		return endOfPart, errDoctype
	default:
		return s.opening()
	}
}

// discard passes over everything up to a mark, without keeping it.
func (s *scanner) discard(mark string) error {
	for {
		if i := bytes.Index(s.buf[s.at:s.end], []byte(mark)); i >= 0 {
			s.at += i + len(mark)
			return nil
		}
		s.at = max(s.at, s.end-len(mark)+1)
		if more, err := s.fill(); !more {
			return orCut(err)
		}
	}
}

func (s *scanner) cdata() (token, error) {
	const opening, closing = "<![CDATA[", "]]>"
	end, err := s.find(closing, len(opening))
	if err != nil {
		return endOfPart, err
	}
	s.text, s.verbatim = s.buf[s.at+len(opening):s.at+end], true
	s.at += end + len(closing)
	return text, nil
}

func (s *scanner) closing() (token, error) {
	end, err := s.find(">", len("</"))
	if err != nil {
		return endOfPart, err
	}
	name := local(bytes.TrimRight(s.buf[s.at+len("</"):s.at+end], " \t\r\n"))
	s.at += end + 1
	if s.depth == 0 || !bytes.Equal(s.open[s.depth-1], name) {
		return endOfPart, errXML
	}
	s.depth--
	s.name = name
	return endTag, nil
}

func (s *scanner) opening() (token, error) {
	end, err := s.tagEnd()
	if err != nil {
		return endOfPart, err
	}
	inner := s.buf[s.at+1 : s.at+end]
	s.at += end + 1
	if last := len(inner) - 1; last >= 0 && inner[last] == '/' {
		s.empty, inner = true, inner[:last]
	}
	cut := 0
	for cut < len(inner) && !isSpace(inner[cut]) {
		cut++
	}
	s.name, s.attributes = local(inner[:cut]), inner[cut:]
	switch {
	case len(s.name) == 0:
		return endOfPart, errXML
	case s.depth == maxNesting:
		return endOfPart, errNesting
	}
	s.open[s.depth] = append(s.open[s.depth][:0], s.name...)
	s.depth++
	return startTag, nil
}

// tagEnd gives the place of the tag's ">", which may stand in a value as well.
func (s *scanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; i++ {
		if s.at+i == s.end {
			if more, err := s.fill(); !more {
				return 0, orCut(err)
			}
		}
		switch c := s.buf[s.at+i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i, nil
		case c == '<':
			return 0, errXML
		}
	}
}

// skip passes over the rest of the element whose start was the last token.
func (s *scanner) skip() error {
	for outer := s.depth - 1; s.depth > outer; {
		if kind, err := s.next(); err != nil {
			return err
		} else if kind == endOfPart {
			return errCut
		}
	}
	return nil
}

// children hands over each element within the one whose start was the last
// token; take must read it to its end, as skip does. The name holds until then.
func (s *scanner) children(take func(name []byte) error) error {
	for outer := s.depth - 1; ; {
		kind, err := s.next()
		switch {
		case err != nil:
			return err
		case kind == endOfPart:
			return errCut
		case kind == endTag && s.depth == outer:
			return nil
		case kind == startTag:
			if err := take(s.name); err != nil {
				return err
			}
		}
	}
}

// root goes to the outermost element, and gives its name.
func (s *scanner) root() (string, error) {
	for {
		kind, err := s.next()
		switch {
		case err != nil:
			return "", err
		case kind == startTag:
			return string(s.name), nil
		case kind == endOfPart:
			return "", errCut
		}
	}
}

// attribute gives a value of the tag by its name without prefix, entities
// resolved; empty where there is none.
func (s *scanner) attribute(name string) (string, error) {
	for rest := s.attributes; ; {
		key, value, more, err := nextAttribute(rest)
		switch {
		case err != nil || key == nil:
			return "", err
		case string(key) == name:
			out, err := unescape(nil, value)
			return string(out), err
		}
		rest = more
	}
}

// nextAttribute takes the first attribute off a tag's; a nil key means that there
// is none.
func nextAttribute(rest []byte) (key, value, more []byte, err error) {
	i := 0
	for i < len(rest) && isSpace(rest[i]) {
		i++
	}
	if i == len(rest) {
		return nil, nil, nil, nil
	}
	from := i
	for i < len(rest) && rest[i] != '=' && !isSpace(rest[i]) {
		i++
	}
	key = local(rest[from:i])
	for i < len(rest) && (rest[i] == '=' || isSpace(rest[i])) {
		i++
	}
	if i == len(rest) || rest[i] != '"' && rest[i] != '\'' {
		return nil, nil, nil, errXML
	}
	length := bytes.IndexByte(rest[i+1:], rest[i])
	if length < 0 {
		return nil, nil, nil, errXML
	}
	return key, rest[i+1 : i+1+length], rest[i+length+2:], nil
}

func local(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// appendText appends the last text as it is meant.
func (s *scanner) appendText(to []byte) ([]byte, error) {
	if s.verbatim {
		return append(to, bytes.ReplaceAll(s.text, []byte("\r\n"), []byte("\n"))...), nil
	}
	return unescape(to, s.text)
}

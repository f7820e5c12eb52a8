package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings, as plan.Encodings names them.
const (
	utf8Name    = "utf-8"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	ansiName    = "windows-1252"
	latin1Name  = "latin-1"
)

// decoders read what is not UTF-8. The engine's own are not used: they refuse
// characters beyond the basic plane, and the signs of Windows-1252 such as €.
var decoders = map[string]encoding.Encoding{
	utf16LEName: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	utf16BEName: unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	ansiName:    charmap.Windows1252,
	latin1Name:  charmap.ISO8859_1,
}

// detectEncoding tells the encoding by the beginning of a file. Without a byte
// order mark, UTF-16 shows by the zero bytes of its ASCII characters; what is no
// UTF-8 at all is taken for Windows-1252, which has Latin-1 in it.
func detectEncoding(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16LEName
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16BEName
	}
	if name := evidentUTF16(head); name != "" {
		return name
	}
	if _, foreign := judgeUTF8(head); foreign {
		return ansiName
	}
	return utf8Name
}

func evidentUTF16(head []byte) string {
	pairs, high, low := len(head)/2, 0, 0
	for i := range pairs {
		if head[2*i] == 0 {
			high++
		}
		if head[2*i+1] == 0 {
			low++
		}
	}
	switch {
	case pairs > 1 && 2*low > pairs && high == 0:
		return utf16LEName
	case pairs > 1 && 2*high > pairs && low == 0:
		return utf16BEName
	default:
		return ""
	}
}

// judgeUTF8 tells whether text has characters of UTF-8 beyond ASCII, and whether
// it has none of them but other bytes: a text in another encoding. A broken
// character in a text that has whole ones is damage, and no encoding.
func judgeUTF8(text []byte) (multibyte, foreign bool) {
	broken := false
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			multibyte = true
		case utf8.FullRune(text[i:]): // and not one that the end of the sample cuts
			broken = true
		}
		i += size
	}
	return multibyte, broken && !multibyte
}

// errRoom means that a file as it is rewritten does not fit into the task's disk.
var errRoom = errors.New("no room to rewrite the file")

// rewrite writes a file as UTF-8 with line feeds as its only line ends and
// without blank lines, a piece at a time. Line ends in quotes are values and
// stay. It writes room bytes at most.
func rewrite(ctx context.Context, from, to, encodingName string, room int64) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return errors.New("the file could not be opened")
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return errRoom
	}
	defer func() {
		if closing := out.Close(); closing != nil && err == nil {
			err = errRoom
		}
	}()
	var text io.Reader = in
	if d := decoders[encodingName]; d != nil {
		text = transform.NewReader(in, d.NewDecoder())
	}
	l := &lineEnds{to: out, room: room, atStart: true}
	buffer := make([]byte, rewriteBytes)
	for {
		n, err := text.Read(buffer)
		if writing := l.take(buffer[:n]); writing != nil {
			return errRoom
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return errors.New("the file could not be read to its end")
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
	}
}

const rewriteBytes = 256 << 10

// lineEnds makes one of all line ends outside of quotes, and none of blank lines.
type lineEnds struct {
	to                       io.Writer
	room                     int64
	quoted, atStart, afterCR bool
	out                      []byte
}

func (l *lineEnds) take(piece []byte) error {
	l.out = l.out[:0]
	for _, b := range piece {
		switch {
		case b == '"':
			l.quoted = !l.quoted
			l.out, l.atStart = append(l.out, b), false
		case l.quoted || b != '\n' && b != '\r':
			l.out, l.atStart = append(l.out, b), false
		case b == '\n' && l.afterCR, l.atStart:
			// The second half of a line end, or a blank line.
		default:
			l.out, l.atStart = append(l.out, '\n'), true
		}
		l.afterCR = !l.quoted && b == '\r'
	}
	if l.room -= int64(len(l.out)); l.room < 0 {
		return errRoom
	}
	_, err := l.to.Write(l.out)
	return err
}

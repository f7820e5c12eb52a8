package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"unicode/utf8"
)

// heeding is a file that cannot be read on once ctx has ended: what looks through
// a whole file ends with it, a piece later. Whoever gives an answer by what was
// read then has to look at ctx.
type heeding struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to learn of it
	in  io.Reader
}

// Read implements io.Reader.
func (h heeding) Read(p []byte) (int, error) {
	if h.ctx.Err() != nil {
		return 0, context.Cause(h.ctx)
	}
	return h.in.Read(p) //nolint:wrapcheck // io.EOF has to stay what it is
}

// hasOddLineEnds tells what oddLineEnds does, of a whole file.
func hasOddLineEnds(ctx context.Context, path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	in := heeding{ctx, f}
	buffer, feeds, returns, both, cr := make([]byte, rewriteBytes), 0, 0, 0, false
	for {
		n, err := in.Read(buffer)
		piece := buffer[:n]
		feeds, returns, both = feeds+bytes.Count(piece, []byte("\n")), returns+bytes.Count(piece, []byte("\r")), both+bytes.Count(piece, []byte("\r\n"))
		if len(piece) > 0 {
			count(&both, cr && piece[0] == '\n')
			cr = piece[len(piece)-1] == '\r'
		}
		if err != nil {
			return returns != both || both != 0 && feeds != both
		}
	}
}

// foreignText gives the first line of a file that is not UTF-8, zero where there
// is none, and whether no line is UTF-8 beyond ASCII: then it is another encoding.
func foreignText(ctx context.Context, path string) (line int, foreign bool) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	in, multibyte := bufio.NewReaderSize(heeding{ctx, f}, 1<<16), false
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		some, broken := judgeUTF8(bytes.TrimPrefix(text, utf8BOM))
		multibyte = multibyte || some
		if line == 0 && (broken || !utf8.Valid(text)) {
			line = n
		}
		if err != nil {
			return line, !multibyte
		}
	}
}

// occurring gives those texts that a file has anywhere, be it inside of others:
// only these can be a field. The texts that are taken are not looked for.
func occurring(ctx context.Context, path string, texts []string, taken func(string) bool) []string {
	f, err := os.Open(path)
	if err != nil {
		return texts
	}
	defer f.Close()
	in, longest, found := heeding{ctx, f}, 0, map[string]bool{}
	for _, text := range texts {
		longest, found[text] = max(longest, len(text)), taken != nil && taken(text)
	}
	// Each piece is looked at with the end of the one before.
	buffer, kept := make([]byte, longest+rewriteBytes), 0
	for {
		n, err := in.Read(buffer[kept:])
		piece := buffer[:kept+n]
		for _, text := range texts {
			found[text] = found[text] || bytes.Contains(piece, []byte(text))
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return texts
		}
		kept = copy(buffer, piece[max(0, len(piece)-longest):])
	}
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return !found[text] })
}

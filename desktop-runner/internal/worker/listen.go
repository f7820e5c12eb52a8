package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
)

// line is one message, or why there is none.
type line struct {
	message message
	err     error
}

// listen reads messages until the pipe closes or one is not a message, and then
// closes the channel. The receiver must take every line.
func listen(pipe io.Reader) <-chan line {
	lines := make(chan line)
	go func() {
		defer close(lines)
		in := bufio.NewReader(pipe)
		for {
			raw, err := readLine(in)
			if errors.Is(err, io.EOF) {
				return
			}
			var m message
			if err == nil {
				err = json.Unmarshal(raw, &m)
			}
			if err == nil && m.Progress == nil && m.Outcome == nil && m.Description == nil && m.SHA256 == "" {
				err = errors.New("a message says nothing")
			}
			lines <- line{message: m, err: err}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

// readLine reads to the end of a line without holding more than maxLineBytes.
// A last line without an end is no line: its writer died.
func readLine(in *bufio.Reader) ([]byte, error) {
	var long []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(long)+len(part) > maxLineBytes {
			return nil, errors.New("a message is too long")
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
		case err != nil:
			// Closed by Wait, or by the other side: both are the end.
			return nil, io.EOF
		default:
			return bytes.TrimSpace(append(long, part...)), nil
		}
	}
}

// maxStderrBytes is how much of a child's standard error is kept.
const maxStderrBytes = 8 << 10

// tail keeps the last bytes written to it.
type tail struct {
	limit int
	mu    sync.Mutex
	kept  []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.limit; over > 0 {
		t.kept = append([]byte(nil), t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}

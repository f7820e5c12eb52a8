package sharepath

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// openPlain asks the kernel, after the file is open, under which name it has it:
// where a link was followed, that is another one. It can be no other again a moment
// later for whoever put the link there, unless the file where it leads is theirs to
// move. openat2 would refuse links by itself, from Linux 5.6 on.
func openPlain(path string) (*os.File, error) {
	// Without waiting, or a pipe would hold the task up.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, ErrLink
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // Hold says what was tried
	}
	name, err := os.Readlink(againPath(file, path))
	if err == nil && name != path {
		err = ErrLink
		if strings.HasSuffix(name, " (deleted)") {
			err = os.ErrNotExist
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func againPath(file *os.File, _ string) string { return fmt.Sprintf("/proc/self/fd/%d", file.Fd()) }

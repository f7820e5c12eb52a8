package embeddedpg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// RunningURL gives the address of the PostgreSQL that another process runs in
// this data folder, as it noted it there: a secret. It is for commands that
// work beside a server. The error is fs.ErrNotExist where no server has ever
// used the folder; whether one still runs, connecting tells.
func RunningURL(dataDir string) (string, error) {
	home, err := makeLayout(dataDir)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(home.port())
	if err != nil {
		return "", fmt.Errorf("read the database's port: %w", err)
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return "", fmt.Errorf("read the database's port: %w", err)
	}
	password, err := os.ReadFile(home.password())
	if err != nil {
		return "", fmt.Errorf("read the database's password: %w", err)
	}
	if !passwordForm.Match(password) {
		return "", errors.Join(fs.ErrNotExist, errors.New("the database's password is not there yet"))
	}
	return (&Server{port: port, password: string(password)}).URL(), nil
}

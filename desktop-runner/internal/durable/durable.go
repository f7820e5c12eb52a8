// Package durable writes files so that a crash or a power cut leaves either the
// old content or the new one, never half of it.
package durable

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// File and folder modes: what a runner keeps concerns nobody but its owner.
const (
	FileMode   os.FileMode = 0o600
	FolderMode os.FileMode = 0o700
)

// TempPrefix begins the names of files and folders that are not complete yet.
// Whoever opens a folder of durable files may remove leftovers of that name.
const TempPrefix = ".new-"

// MakeFolder creates a folder for its owner only, and takes rights of others
// away from one that exists.
func MakeFolder(path string) error {
	if err := os.MkdirAll(path, FolderMode); err != nil {
		return fmt.Errorf("create folder: %w", err)
	}
	if err := os.Chmod(path, FolderMode); err != nil {
		return fmt.Errorf("protect folder: %w", err)
	}
	return nil
}

// Write replaces the content of a file. When it returns, the content is on the disk.
func Write(path string, content []byte) error {
	temp := TempName(filepath.Dir(path))
	err := writeAll(temp, func(f *os.File) error {
		_, err := f.Write(content)
		return err
	})
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return SyncFolder(filepath.Dir(path))
}

// WriteJSON is Write with the JSON form of value.
func WriteJSON(path string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(path), err)
	}
	return Write(path, raw)
}

// ReadJSON reads what WriteJSON wrote.
func ReadJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("decode %s: %w", filepath.Base(path), err)
	}
	return nil
}

// Move brings a file to another place, which may be on another file system,
// and makes sure that its content is on the disk. The name appears there last.
func Move(from, to string) error {
	if err := syncFile(from); err != nil {
		return fmt.Errorf("move %s: %w", filepath.Base(from), err)
	}
	if err := os.Chmod(from, FileMode); err != nil {
		return fmt.Errorf("protect %s: %w", filepath.Base(from), err)
	}
	if os.Rename(from, to) == nil {
		return SyncFolder(filepath.Dir(to))
	}
	return copyAcross(from, to)
}

func copyAcross(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("move %s: %w", filepath.Base(from), err)
	}
	defer func() { _ = source.Close() }()
	temp := TempName(filepath.Dir(to))
	err = writeAll(temp, func(f *os.File) error {
		_, err := io.Copy(f, source)
		return err
	})
	if err == nil {
		err = os.Rename(temp, to)
	}
	if err != nil {
		_ = os.Remove(temp)
		return fmt.Errorf("move %s: %w", filepath.Base(from), err)
	}
	_ = os.Remove(from)
	return SyncFolder(filepath.Dir(to))
}

// TempName gives a fresh name in a folder for something that is not complete yet.
func TempName(folder string) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand since Go 1.24)
	return filepath.Join(folder, TempPrefix+hex.EncodeToString(b[:]))
}

func writeAll(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, FileMode)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

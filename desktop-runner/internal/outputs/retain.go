package outputs

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Sweep drops outputs over the limits, oldest first, and what a crash left
// behind without a sidecar. It never touches an output that is being read. It
// returns how many outputs it dropped.
func (s *Store) Sweep() (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropLeftovers()
	all, err := s.list()
	if err != nil {
		return 0, err
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].KeptAt.Before(all[j].KeptAt) })
	var total int64
	for _, o := range all {
		if !s.beingRead(o) {
			total += o.bytes
		}
	}
	dropped := 0
	for _, o := range all {
		tooOld := s.limits.Age > 0 && s.now().Sub(o.KeptAt) > s.limits.Age
		tooMuch := s.limits.TotalBytes > 0 && total > s.limits.TotalBytes
		if (tooOld || tooMuch) && s.drop(o) {
			dropped++
			total -= o.bytes
		}
	}
	return dropped, nil
}

// dropLeftovers removes files that Keep did not finish, and folders without any.
func (s *Store) dropLeftovers() {
	data, _ := filepath.Glob(filepath.Join(s.folder, "*", "*.parquet")) // the pattern is well formed
	for _, path := range data {
		if _, err := os.Stat(strings.TrimSuffix(path, ".parquet") + ".json"); os.IsNotExist(err) {
			_ = os.Remove(path)
		}
	}
	temp, _ := filepath.Glob(filepath.Join(s.folder, "*", ".new-*"))
	for _, path := range temp {
		_ = os.Remove(path)
	}
	folders, _ := filepath.Glob(filepath.Join(s.folder, "*"))
	for _, path := range folders {
		_ = os.Remove(path) // only succeeds on an empty folder
	}
}

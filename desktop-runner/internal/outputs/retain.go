package outputs

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// Tasks gives the ids of the tasks that have an output here, in no order.
func (s *Store) Tasks() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.list()
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, o := range all {
		seen[o.TaskID] = true
	}
	return slices.Collect(maps.Keys(seen)), nil
}

// Sweep drops outputs over the limits, oldest first, and what a crash left
// behind without a sidecar. It touches outputs of the tasks in free only, of any
// where that is nil, and never one that is being read. The others count for the
// size all the same. It returns how many outputs it dropped.
func (s *Store) Sweep(free map[string]bool) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropLeftovers()
	all, err := s.list()
	if err != nil {
		return 0, err
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].KeptAt.Before(all[j].KeptAt) })
	total := s.size(all)
	dropped := 0
	for _, o := range all {
		tooOld := s.limits.Age > 0 && s.now().Sub(o.KeptAt) > s.limits.Age
		tooMuch := s.limits.TotalBytes > 0 && total > s.limits.TotalBytes
		if (tooOld || tooMuch) && (free == nil || free[o.TaskID]) && s.drop(o) {
			dropped++
			total -= o.bytes
		}
	}
	return dropped, nil
}

// Over reports whether more is kept than the owner wants.
func (s *Store) Over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.list()
	return err == nil && s.limits.TotalBytes > 0 && s.size(all) > s.limits.TotalBytes
}

// size counts what could be dropped: not what is being read.
func (s *Store) size(all []Output) (total int64) {
	for _, o := range all {
		if !s.beingRead(o) {
			total += o.bytes
		}
	}
	return total
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

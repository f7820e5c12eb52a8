package embeddedpg

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindPrograms_FindsWhatIsInstalledNewestFirst(t *testing.T) {
	t.Parallel()
	found := FindPrograms(context.Background())
	require.NotEmpty(t, found, "the tests need an installed PostgreSQL server: ./task setup")
	for i, p := range found {
		require.FileExists(t, filepath.Join(p.Dir, "initdb"))
		require.NotZero(t, p.Major)
		if i > 0 {
			require.LessOrEqual(t, p.Major, found[i-1].Major)
		}
	}
}

func TestChoosePrograms_TakesTheNewestOrTheOneTheDataNeeds(t *testing.T) {
	t.Parallel()
	installed := []Programs{{Dir: "/17", Major: 17}, {Dir: "/15", Major: 15}, {Dir: "/13", Major: 13}}
	tests := []struct {
		name      string
		found     []Programs
		dataMajor int
		want      string
		wantErr   error
	}{
		{name: "NoData_Newest", found: installed, want: "/17"},
		{name: "Data_SameMajor", found: installed, dataMajor: 15, want: "/15"},
		{name: "Data_MajorIsMissing", found: installed, dataMajor: 16, wantErr: &WrongVersionError{Data: 16, Installed: []int{17, 15, 13}}},
		{name: "Data_NewerThanInstalled", found: installed, dataMajor: 18, wantErr: &WrongVersionError{Data: 18, Installed: []int{17, 15, 13}}},
		{name: "NothingInstalled", wantErr: &NoProgramsError{}},
		{name: "NothingInstalled_WithData", dataMajor: 15, wantErr: &NoProgramsError{}},
		{name: "OnlyTooOld", found: installed[2:], wantErr: &NoProgramsError{TooOld: []string{"/13"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := choosePrograms(tt.found, tt.dataMajor)
			require.Equal(t, tt.wantErr, err)
			require.Equal(t, tt.want, got.Dir)
		})
	}
}

func TestErrors_SayWhatToDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err  error
		want []string
	}{
		"NoPrograms":   {&NoProgramsError{}, []string{"no PostgreSQL server is installed", "apt-get install postgresql", "--database-url"}},
		"TooOld":       {&NoProgramsError{TooOld: []string{"/13"}}, []string{"older than version 14", "/13"}},
		"WrongVersion": {&WrongVersionError{Folder: "/d", Data: 13, Installed: []int{17, 15}}, []string{"/d", "PostgreSQL 13", "17, 15", "nothing was changed"}},
		"InUse":        {&InUseError{Folder: "/d"}, []string{"/d", "--data-dir"}},
		"ClosedFolder": {&ClosedFolderError{Folder: "/root", User: "postgres"}, []string{`"postgres"`, "chmod o+x /root", "--data-dir"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, want := range tt.want {
				require.ErrorContains(t, tt.err, want)
			}
		})
	}
}

package command

import (
	"context"

	"github.com/spf13/cobra"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/client"
)

func enrollmentsCommand(s *session) *cobra.Command {
	list := s.do(func(ctx context.Context, c *client.Client, _ []string) error {
		found, err := c.Enrollments(ctx)
		if err != nil {
			return err
		}
		return s.printEnrollments(found)
	})
	cmd := group("enrollments", "Invitations that were made with ddap-admin enroll",
		&cobra.Command{Use: "list", Short: "List them, without their tokens", Args: exactly(), RunE: list},
		&cobra.Command{
			Use: "revoke ENROLLMENT_ID", Short: "Let nobody else in with one; who came with it stays", Args: exactly("ENROLLMENT_ID"),
			RunE: s.do(func(ctx context.Context, c *client.Client, args []string) error {
				ended, err := c.RevokeEnrollment(ctx, args[0])
				if err != nil {
					return err
				}
				return s.printEnrollments(api.EnrollmentList{Enrollments: []api.Enrollment{ended}})
			}),
		},
	)
	cmd.RunE = list
	return cmd
}

func (s *session) printEnrollments(list api.EnrollmentList) error {
	return s.print(func(v render.View) []render.Line { return v.Enrollments(list) })
}

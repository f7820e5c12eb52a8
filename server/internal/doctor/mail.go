package doctor

import "context"

func checkMail(ctx context.Context, p *Patient) Finding {
	if p.Mail == nil {
		return skipped("No mail server is set; alerts send no e-mails.")
	}
	if err := p.Mail.CheckReachable(ctx); err != nil {
		return wrong("Correct --smtp-url, or make the mail server reachable from here.", "The mail server %s cannot be used. %s.", p.MailServer, sentence(err))
	}
	return ok("The mail server %s lets this server in; nothing was sent.", p.MailServer)
}

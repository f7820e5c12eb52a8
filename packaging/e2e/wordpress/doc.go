// Package wordpress tells stories of people in front of a WordPress dashboard:
// real browsers on real sites, with a server and a runner behind them. The
// stories themselves stand in packaging/e2e/browser.
package wordpress

package bot

import (
	"context"
	"encoding/json"
	"fmt"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"donghanh/internal/chat"
)

// Command is one line of the menu Telegram shows beside the text field.
type Command struct {
	Name        string `json:"command"` // without the slash
	Description string `json:"description"`
}

// SetCommands replaces the menu of one conversation, or with to == 0 that of
// everyone who has none of their own. An empty menu is taken away.
func (c *Client) SetCommands(ctx context.Context, to chat.Address, menu []Command) error {
	params := tgbotapi.Params{}
	if to != 0 {
		params["scope"] = fmt.Sprintf(`{"type":"chat","chat_id":%d}`, to)
	}
	method := "deleteMyCommands"
	if len(menu) > 0 {
		list, err := json.Marshal(menu)
		if err != nil {
			return &chat.Refused{Reason: "setMyCommands: " + err.Error()}
		}
		method, params["commands"] = "setMyCommands", string(list)
	}
	_, err := c.ask(ctx, method, params)
	return err
}

// SetDescription replaces what people read before they start the bot, at most
// 512 characters.
func (c *Client) SetDescription(ctx context.Context, text string) error {
	_, err := c.ask(ctx, "setMyDescription", tgbotapi.Params{"description": text})
	return err
}

package telegramtest

import (
	"regexp"
	"slices"
)

// Command is one line of the bot's menu.
type Command struct {
	Name        string `json:"command"`
	Description string `json:"description"`
}

// commandScope is for whom a list of commands is; chat is 0 but for "chat".
type commandScope struct {
	kind     string
	chat     int64
	language string
}

var commandForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// Commands returns the menu shown in a chat: its own, else that of its kind of
// chat, else everyone's, each in the person's language before the one without.
func (s *Server) Commands(chat int64) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, languages := "all_group_chats", []string{""}
	if chat > 0 {
		kind = "all_private_chats"
	}
	if p := s.people[chat]; p != nil && p.Language != "" {
		languages = []string{p.Language, ""}
	}
	for _, scope := range []commandScope{{kind: "chat", chat: chat}, {kind: kind}, {kind: "default"}} {
		for _, scope.language = range languages {
			if list := s.commands[scope]; len(list) > 0 {
				return slices.Clone(list)
			}
		}
	}
	return nil
}

// Description returns what the bot says of itself in an empty chat.
func (s *Server) Description() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.description
}

// ShortDescription returns what the bot says of itself on its profile.
func (s *Server) ShortDescription() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shortDescription
}

func (s *Server) commandScope(r *request) (commandScope, error) {
	in := struct {
		Type string `json:"type"`
		Chat int64  `json:"chat_id"`
	}{Type: "default"}
	if err := r.object("scope", &in); err != nil {
		return commandScope{}, err
	}
	kinds := []string{"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat"}
	if !slices.Contains(kinds, in.Type) {
		return commandScope{}, badRequest("unsupported scope %q", in.Type)
	}
	if in.Type == "chat" {
		if s.people[in.Chat] == nil && s.groups[in.Chat] == nil {
			return commandScope{}, badRequest("chat not found")
		}
	} else if in.Chat != 0 {
		return commandScope{}, badRequest("scope %q has no chat_id", in.Type)
	}
	return commandScope{in.Type, in.Chat, r.params["language_code"]}, nil
}

func (s *Server) setMyCommands(r *request) (any, error) {
	scope, err := s.commandScope(r)
	if err != nil {
		return nil, err
	}
	var list []Command
	if err := r.object("commands", &list); err != nil {
		return nil, err
	}
	if len(list) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandForm.MatchString(c.Name) {
			return nil, badRequest("BOT_COMMAND_INVALID")
		}
		if n := length(c.Description); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commands[scope] = list
	s.notify(Event{Kind: "commands", Chat: scope.chat})
	return true, nil
}

func (s *Server) deleteMyCommands(r *request) (any, error) {
	scope, err := s.commandScope(r)
	if err != nil {
		return nil, err
	}
	delete(s.commands, scope)
	s.notify(Event{Kind: "commands", Chat: scope.chat})
	return true, nil
}

func (s *Server) getMyCommands(r *request) (any, error) {
	scope, err := s.commandScope(r)
	if err != nil {
		return nil, err
	}
	return append([]Command{}, s.commands[scope]...), nil
}

func (s *Server) setMyDescription(r *request) (any, error) {
	if length(r.params["description"]) > 512 {
		return nil, badRequest("description is too long")
	}
	s.description = r.params["description"]
	return true, nil
}

func (s *Server) setMyShortDescription(r *request) (any, error) {
	if length(r.params["short_description"]) > 120 {
		return nil, badRequest("short description is too long")
	}
	s.shortDescription = r.params["short_description"]
	return true, nil
}

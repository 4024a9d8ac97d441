package journey

import "errors"

// What whoever keeps people says, so that those who ask need not know who does.
var (
	// ErrNotFound means that nothing is kept under that name.
	ErrNotFound = errors.New("not found")

	// ErrUnreadable means that what is kept under that name cannot be read, as
	// after damage or under an older version of the program.
	ErrUnreadable = errors.New("cannot be read")

	// ErrConflict means that a track was changed since it was read: begin again
	// from the top.
	ErrConflict = errors.New("changed meanwhile")

	// ErrBadCode means that a start code is unknown, expired, replaced by a newer
	// one, or used up by another account.
	ErrBadCode = errors.New("not a valid start code")

	// ErrTooManyGuesses means that an account tried too many wrong start codes;
	// it may try again when the first of them is an hour old.
	ErrTooManyGuesses = errors.New("too many wrong start codes")
)

// MaxGuesses is how many wrong start codes an account may try in an hour.
const MaxGuesses = 5

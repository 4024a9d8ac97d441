package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/journey"
)

// feedOf reads the hash of the secret of a person's feed, "" when there is none.
func (s *Store) feedOf(ctx context.Context, code journey.Code) (string, error) {
	hash, err := s.rdb.HGet(ctx, keyFeeds(code), string(code)).Result()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return hash, err
}

// KeepFeed has a secret lead to a person's calendar, and no earlier one. Only a
// hash of it is stored.
func (s *Store) KeepFeed(ctx context.Context, code journey.Code, secret string) error {
	before, err := s.feedOf(ctx, code)
	if err == nil {
		err = s.rdb.Set(ctx, keyFeed(hashOf(secret)), string(code), 0).Err()
	}
	if err == nil {
		err = s.rdb.HSet(ctx, keyFeeds(code), string(code), hashOf(secret)).Err()
	}
	if err == nil && before != "" && before != hashOf(secret) {
		err = s.rdb.Del(ctx, keyFeed(before)).Err()
	}
	if err != nil {
		return fmt.Errorf("feed of %s: %w", code, err)
	}
	return nil
}

// Feed returns whose calendar a secret leads to; ErrNotFound when it leads to
// none, or no longer does.
func (s *Store) Feed(ctx context.Context, secret string) (journey.Code, error) {
	code, err := s.rdb.Get(ctx, keyFeed(hashOf(secret))).Result()
	if errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("feed: %w", ErrNotFound)
	}
	hash := ""
	if err == nil {
		hash, err = s.feedOf(ctx, journey.Code(code))
	}
	if err == nil && hash != hashOf(secret) {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("feed: %w", err)
	}
	return journey.Code(code), nil
}

// DropFeed has no secret lead to the person's calendar any more.
func (s *Store) DropFeed(ctx context.Context, code journey.Code) error {
	hash, err := s.feedOf(ctx, code)
	if err == nil {
		err = s.rdb.HDel(ctx, keyFeeds(code), string(code)).Err()
	}
	if err == nil && hash != "" {
		err = s.rdb.Del(ctx, keyFeed(hash)).Err()
	}
	if err != nil {
		return fmt.Errorf("drop the feed of %s: %w", code, err)
	}
	return nil
}

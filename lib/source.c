// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that a policy is read from: the configuration, what it includes,
 * and the lists that its sets name. They stay in memory until the run is over,
 * because a message shows the line that it is about.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "address.h"
#include "parse.h"

static struct kw_source *source_new(struct kw_parser *p, const char *name,
				    size_t len)
{
	struct kw_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->name = kw_ir_strdup(p->ir, name);
	s->buf = malloc(len ? len : 1);
	if (!s->name || !s->buf) {
		free(s->buf);
		free(s);
		return NULL;
	}
	s->next = p->sources;
	p->sources = s;
	return s;
}

static void refuse(struct kw_parser *p, const struct kw_loc *loc,
		   const char *path, const char *why)
{
	const struct kw_loc top = { .file = path };

	/* Without a line that names the file, the file is the place. */
	if (loc)
		kw_parse_error(p, loc, NULL, "%s: %s", path, why);
	else
		kw_parse_error(p, &top, NULL, "%s", why);
}

/* One bad byte tells that this is no text: say so once and be done. */
static int check_text(struct kw_parser *p, const struct kw_source *s)
{
	struct kw_loc loc = { .file = s->name, .line = 1 };
	size_t i, start = 0;

	for (i = 0; i < s->len; i++) {
		unsigned char c = s->buf[i];

		if (c == '\n') {
			loc.line++;
			start = i + 1;
			continue;
		}
		if (i - start >= KW_PARSE_MAX_LINE) {
			kw_parse_error(p, &loc, NULL,
				       "line is longer than %zu bytes",
				       KW_PARSE_MAX_LINE);
			return -EINVAL;
		}
		if (c >= ' ' || c == '\t' || c == '\r')
			continue;
		kw_parse_error(p, &loc, NULL,
			       "file holds the byte 0x%02x and is not a text", c);
		return -EINVAL;
	}
	return 0;
}

static int read_all(int fd, struct kw_source *s, size_t room)
{
	ssize_t n;

	while (s->len < room) {
		n = read(fd, s->buf + s->len, room - s->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		s->len += n;
	}
	return 0;
}

/* Pipes have no size: read them into a buffer that grows. */
static int read_stream(int fd, struct kw_source *s)
{
	size_t room = 65536;
	char *bigger;
	int err;

	for (;;) {
		bigger = realloc(s->buf, room);
		if (!bigger)
			return -ENOMEM;
		s->buf = bigger;
		err = read_all(fd, s, room);
		if (err || s->len < room)
			return err;
		if (room > KW_PARSE_MAX_FILE)
			return -EFBIG;
		room *= 2;
	}
}

static int read_open(struct kw_parser *p, int fd, const char *path,
		     struct kw_source **out)
{
	struct kw_source *s;
	struct stat st;
	size_t room;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISREG(st.st_mode) && st.st_size > (off_t)KW_PARSE_MAX_FILE)
		return -EFBIG;
	room = S_ISREG(st.st_mode) ? st.st_size : 0;
	s = source_new(p, path, room);
	if (!s)
		return -ENOMEM;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	/* A size of zero is also what the files of /proc claim. */
	err = room ? read_all(fd, s, room) : read_stream(fd, s);
	if (err)
		return err;
	if (s->len > KW_PARSE_MAX_FILE)
		return -EFBIG;
	*out = s;
	return 0;
}

static int admit(struct kw_parser *p, const struct kw_loc *loc,
		 const char *path)
{
	if (p->flags & KW_PARSE_NO_FILES) {
		refuse(p, loc, path, "no files are read here");
		return -EPERM;
	}
	if (++p->nr_files > KW_PARSE_MAX_FILES) {
		refuse(p, loc, path, "too many files");
		return -EMFILE;
	}
	return 0;
}

/**
 * kw_source_read() - read a file
 * @p: the parser
 * @path: its name
 * @loc: where it is named, or NULL
 * @check: complain about what is not text
 *
 * Return: the file, or NULL when the reason has been told.
 */
struct kw_source *kw_source_read(struct kw_parser *p, const char *path,
				 const struct kw_loc *loc, bool check)
{
	struct kw_source *s = NULL;
	int err, fd;

	if (admit(p, loc, path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	err = fd < 0 ? -errno : read_open(p, fd, path, &s);
	if (fd >= 0)
		close(fd);
	if (!err && s->len > KW_PARSE_MAX_TOTAL - p->total)
		err = -EFBIG;
	if (err == -ENOMEM)
		kw_parse_oom(p);
	else if (err == -EISDIR)
		refuse(p, loc, path, "is a directory, not a file");
	else if (err == -EFBIG)
		refuse(p, loc, path, "file is larger than 64 MiB");
	else if (err)
		refuse(p, loc, path, strerror(-err));
	if (err)
		return NULL;
	p->total += s->len;
	return check && check_text(p, s) ? NULL : s;
}

/**
 * kw_source_buffer() - take a text from memory
 * @p: the parser
 * @name: what to call it
 * @buf: the text, copied
 * @len: its length
 *
 * Return: the file, or NULL when the reason has been told.
 */
struct kw_source *kw_source_buffer(struct kw_parser *p, const char *name,
				   const char *buf, size_t len)
{
	struct kw_source *s;

	if (len > KW_PARSE_MAX_FILE) {
		refuse(p, NULL, name, "file is larger than 64 MiB");
		return NULL;
	}
	s = source_new(p, name, len);
	if (!s) {
		kw_parse_oom(p);
		return NULL;
	}
	if (len)
		memcpy(s->buf, buf, len);
	s->len = len;
	return check_text(p, s) ? NULL : s;
}

/**
 * kw_source_drop() - return the text of a file, but keep its name
 * @s: the file
 */
void kw_source_drop(struct kw_source *s)
{
	free(s->buf);
	free(s->lines);
	s->buf = NULL;
	s->lines = NULL;
	s->len = 0;
	s->nr_lines = 0;
}

/**
 * kw_sources_free() - return all files
 * @p: the parser
 */
void kw_sources_free(struct kw_parser *p)
{
	struct kw_source *s, *next;

	for (s = p->sources; s; s = next) {
		next = s->next;
		kw_source_drop(s);
		free(s);
	}
	p->sources = NULL;
}

static int index_lines(struct kw_source *s)
{
	size_t i, nr = 1;

	for (i = 0; i < s->len; i++)
		nr += s->buf[i] == '\n';
	s->lines = reallocarray(NULL, nr, sizeof(*s->lines));
	if (!s->lines)
		return -ENOMEM;
	s->lines[0] = 0;
	s->nr_lines = 1;
	for (i = 0; i < s->len; i++)
		if (s->buf[i] == '\n')
			s->lines[s->nr_lines++] = i + 1;
	return 0;
}

/**
 * kw_source_line() - the line that a place is on
 * @p: the parser
 * @loc: the place
 * @len: length of the line, without its end
 *
 * Return: the line, not terminated, or NULL when there is none.
 */
const char *kw_source_line(struct kw_parser *p, const struct kw_loc *loc,
			   size_t *len)
{
	const char *line, *end;
	struct kw_source *s;
	size_t left;

	for (s = p->sources; s && s->name != loc->file; s = s->next)
		;
	if (!s || !s->buf || !loc->line || !loc->column)
		return NULL;
	if (!s->lines && index_lines(s))
		return NULL;
	if (loc->line > s->nr_lines)
		return NULL;
	line = s->buf + s->lines[loc->line - 1];
	left = s->len - s->lines[loc->line - 1];
	end = memchr(line, '\n', left);
	*len = end ? end - line : left;
	if (*len && line[*len - 1] == '\r')
		--*len;
	return line;
}

/**
 * kw_source_path() - a path as seen from the file that names it
 * @p: the parser
 * @loc: where it is named
 * @path: the path
 *
 * Return: the path, relative ones put behind the directory of the file, or
 * NULL when memory is short.
 */
const char *kw_source_path(struct kw_parser *p, const struct kw_loc *loc,
			   const char *path)
{
	const char *slash = strrchr(loc->file, '/');

	if (*path == '/' || !slash)
		return path;
	return kw_parse_format(p, "%.*s/%s", (int)(slash - loc->file),
			       loc->file, path);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void set_line(struct kw_parser *p, const struct kw_source *s,
		     unsigned int number, const char *line, const char *end)
{
	struct kw_address_error err;
	const char *start = line;
	struct kw_address a;
	struct kw_loc loc;
	const char *hash;

	while (start < end && is_blank(*start))
		start++;
	if (start == end || *start == '#')
		return;
	hash = memchr(start, '#', end - start);
	if (hash)
		end = hash;
	while (is_blank(end[-1]))
		end--;
	if (!kw_address_parse(start, end - start, &a, &err)) {
		if (a.family == KW_IPV4)
			kw_set_range4(p, &a.r4);
		else
			kw_set_range6(p, &a.r6);
		return;
	}
	loc = (struct kw_loc){ s->name, number, start - line + 1,
			       end - line + 1 };
	kw_parse_error(p, &loc, err.hint[0] ? err.hint : NULL, "'%.*s' %s",
		       (int)(end - start < 64 ? end - start : 64), start,
		       err.message);
}

/**
 * kw_source_set() - read the elements of a set from a file
 * @p: the parser, with a set begun
 * @path: the file, as it is named
 * @loc: where it is named
 */
void kw_source_set(struct kw_parser *p, const char *path,
		   const struct kw_loc *loc)
{
	const char *line, *end, *stop;
	unsigned int errors = p->d->nr_errors;
	unsigned int number = 1;
	struct kw_source *s;

	path = kw_source_path(p, loc, path);
	s = path ? kw_source_read(p, path, loc, true) : NULL;
	if (!s)
		return;
	kw_set_from(p, path);
	stop = s->buf + s->len;
	for (line = s->buf; line < stop && !p->stop; line = end + 1) {
		end = memchr(line, '\n', stop - line);
		if (!end)
			end = stop;
		set_line(p, s, number++, line, end);
	}
	if (p->d->nr_errors == errors)
		kw_source_drop(s);
}

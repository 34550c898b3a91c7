#include "target/debuginfo.h"

struct debuginfo *debuginfo_new(Elf *elf, struct image *file,
				const char *root)
{
	(void)elf;
	(void)root;
	image_close(file);
	return NULL;
}

void debuginfo_free(struct debuginfo *d)
{
	(void)d;
}

struct error *debuginfo_member(struct debuginfo *d, const char *type,
			   const char *path, uint64_t *offset, uint64_t *size)
{
	(void)d; (void)type; (void)path; (void)offset; (void)size;
	return error_new(ERR_NOT_FOUND, "todo");
}

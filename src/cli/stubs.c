/* Until python/ and target/ have these; to be removed then. */
#include "python/python.h"

__attribute__((weak)) struct error *
python_load_heap(struct target *t UNUSED,
		 const struct python_options *options UNUSED,
		 struct heap *ret UNUSED)
{
	return error_new(ERR_UNSUPPORTED, "nothing can be read yet");
}

__attribute__((weak)) struct error *target_open_pid(pid_t pid UNUSED,
						    struct target **ret UNUSED)
{
	return error_new(ERR_UNSUPPORTED, "nothing can be read yet");
}

__attribute__((weak)) void target_close(struct target *t UNUSED)
{
}

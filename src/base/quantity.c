#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/quantity.h"

/* strtod() takes "inf", "nan" and "0x1p3", too: only plain digits here. */
static bool parse_number(const char *text, double *ret, const char **end)
{
	char *stop;

	if (*text < '0' || *text > '9' || text[1] == 'x' || text[1] == 'X')
		return false;
	*ret = strtod(text, &stop);
	*end = stop;
	return isfinite(*ret);
}

bool quantity_parse(const char *text, double *ret, const char **end)
{
	static const char units[] = "kMGT";
	const char *unit;

	if (!parse_number(text, ret, end))
		return false;
	unit = **end ? strchr(units, **end == 'K' ? 'k' : **end) : NULL;
	if (!unit)
		return true;
	for (const char *u = units; u <= unit; u++)
		*ret *= 1024;
	++*end;
	return true;
}

bool quantity_parse_duration(const char *text, uint64_t *ret_ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {
		{ "", 1000 }, { "ms", 1 },	  { "s", 1000 },
		{ "m", 60e3 }, { "min", 60e3 }, { "h", 3600e3 },
		{ "d", 86400e3 },
	};
	const char *end;
	double n;

	if (!parse_number(text, &n, &end))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++) {
		double ms = n * units[i].ms;

		if (strcmp(end, units[i].unit) != 0)
			continue;
		/* A century is enough. */
		if (ms < 1 || ms > 3.2e12)
			return false;
		*ret_ms = (uint64_t)ms;
		return true;
	}
	return false;
}

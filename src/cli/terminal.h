/* cli/terminal.h - what the reader's end of stdout can show. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "output/format.h"

struct format terminal_format(void);

#endif

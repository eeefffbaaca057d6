// SPDX-License-Identifier: GPL-2.0-only
#ifndef PTECHECK_CLI_STOP_H
#define PTECHECK_CLI_STOP_H

namespace ptecheck {

// From now on the first SIGINT (Ctrl-C) or SIGTERM asks the work to stop (scenario/stop.h), so that
// what was found so far is reported; a second one ends the program and all that it started at once.
// A signal that is ignored, as of a job in the background of a script, stays so.
void catchStopSignals();

// 128 + the signal's number, as shells count; 0 if there was none.
int statusOfSignal();

}  // namespace ptecheck

#endif

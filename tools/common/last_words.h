// What a process says when it cannot go on: no memory, no thread, an exception that nobody took.
//
// Any thread may come to such an end, and several may at the same time: one of them speaks.
#pragma once

namespace pdns::tools {

// Call first thing. From then on such an end is a sentence on standard error and exit 70
// (EX_SOFTWARE), from whichever thread, in place of abort(). So is the abort() of the system's
// library where it finds no memory; any other abort(), of an assert or by a watchdog, stays one.
// What was committed stays, what was not is as after a kill: the database is exact.
//
// A program that is linked with it does so by itself before its libraries begin, which want memory,
// too.
void PrepareLastWords();

}  // namespace pdns::tools

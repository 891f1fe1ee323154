// What a process says when it cannot go on: no memory, no thread, an exception that nobody took.
#pragma once

namespace pdns::tools {

// Call first thing. From then on such an end is a sentence on standard error and exit 70
// (EX_SOFTWARE), from whichever thread, in place of abort(). What was committed stays, what was not
// is as after a kill: the database is exact.
void PrepareLastWords();

}  // namespace pdns::tools

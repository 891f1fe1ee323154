// The command compact: all rows rewritten into their smallest form.
//
// Beside a live ingester, which goes on storing. Option dry-run: says what there is, and rewrites
// nothing.
#pragma once

#include "admin/work.h"

namespace pdns::admin {

// All table files into one run, for a command that does so at its end; a stop ends it early. Errors
// as Compact.
Status MergeAll(const Job& job);

// kDisk: the disk has no room for a second copy of the table files, so that a rewrite would fill
// it; nothing was done. kIo, kCorrupt. Errors and thread as RunWork.
Result<control::Reply::Report> Compact(const Job& job);

}  // namespace pdns::admin

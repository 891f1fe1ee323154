#include "store/selection.h"

namespace pdns::store {

Span NameSpan(Bytes name) {
  Span span;
  record::AppendOrderedName(span.lo, name);
  return span;
}

Span SubtreeSpan(Bytes top) {
  Span span = NameSpan(top);
  span.lo.pop_back();  // the end of the name: labels below may follow
  return span;
}

}  // namespace pdns::store

// The one translation unit that holds Beast's non-template code (BOOST_BEAST_SEPARATE_COMPILATION, set on
// trawl_crawler).
#include <boost/beast/src.hpp>

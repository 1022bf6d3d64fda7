"""XML in and out, safely, in both forms, with plain words for what is wrong."""

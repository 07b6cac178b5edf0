namespace Likely.Data;

/// <summary>A file of a data set, and what it is; null: nothing that must be unpacked, or read by another program.</summary>
readonly record struct PlacedPath(string Path, FileKind? Kind);

namespace Likely;

/// <summary>
/// The names of an archive's entries, each of which must mean a file of its own on every system. Only hashes of 128 bits are kept: names
/// can be long and deep, and an archive can claim many of them in few bytes.
/// </summary>
sealed class EntryNames
{
    readonly HashSet<UInt128> _files;
    readonly HashSet<UInt128> _folders = [];
    readonly Func<string, string> _key;

    /// <summary>Takes all names.</summary>
    /// <param name="names">The names; enumerated several times.</param>
    /// <param name="folded">Whether names that differ in more than capitals can be one, as <see cref="FoldedName"/> says; archives of the first format may hold such.</param>
    /// <param name="keepFolders">Whether <see cref="Contains"/> is to know the folders.</param>
    /// <exception cref="ArchiveException">Two names are one, or one is a folder of another.</exception>
    public EntryNames(IReadOnlyCollection<string> names, bool folded, bool keepFolders = false)
    {
        _key = folded ? FoldedName.Of : static name => name.ToUpperInvariant();
        _files = new HashSet<UInt128>(names.Count);
        foreach (var name in names)
            if (!_files.Add(Hash(_key(name)))) throw Twice(name, names);
        foreach (var name in names)
        {
            if (!name.Contains('/')) continue;
            var (hash, key) = (Empty, _key(name));
            foreach (var letter in key)
            {
                if (letter == '/')
                {
                    if (_files.Contains(hash)) throw new ArchiveException($"'{Shown(name)}' lies in a folder that has the name of another file; rename one.");
                    if (keepFolders) _folders.Add(hash);
                }
                hash = Next(hash, letter);
            }
        }
    }

    /// <summary>True if a file has that name, or a folder if they are kept.</summary>
    public bool Contains(string name) => Hash(_key(name)) is var hash && (_files.Contains(hash) || _folders.Contains(hash));

    static UInt128 Empty => new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    // Two hashes of 64 bits, each a permutation for every letter.
    static UInt128 Next(UInt128 hash, char letter)
    {
        ulong high = (ulong)(hash >> 64), low = (ulong)hash;
        high = (high ^ letter) * 0xFF51AFD7ED558CCD;
        low = (low ^ (letter + 0x10000UL)) * 0xC4CEB9FE1A85EC53;
        return new UInt128(high ^ high >> 29, low ^ low >> 31);
    }

    static UInt128 Hash(string key)
    {
        var hash = Empty;
        foreach (var letter in key) hash = Next(hash, letter);
        return hash;
    }

    ArchiveException Twice(string name, IEnumerable<string> names)
    {
        var key = _key(name);
        var other = names.First(other => _key(other) == key);
        return new ArchiveException(other == name ? $"The name '{Shown(name)}' comes twice; rename one."
            : $"The names '{Shown(other)}' and '{Shown(name)}' are the same where capitals, or how an accent is written, do not count; rename one.");
    }

    static string Shown(string name) => name.Length <= 100 ? name : name[..100] + "...";
}

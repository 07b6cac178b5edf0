using System.Text;

namespace Likely.Files;

/// <summary>
/// Which files of a set are to be moved where, on the disk before the first of them moves. Each file moves in two steps, what it replaces
/// into <c>old/</c> and then itself from <c>new/</c>, so that from what lies where one can tell how far it came, and go on forward or, if a file
/// cannot be moved, back; both may be interrupted and begun again. The journal is lines of text: what it is, <c>overwrite</c> or <c>new</c>,
/// then <c>made FOLDER</c> for each folder that was not there, and for each file <c>add</c> or <c>replace</c>, its place and, if it waits in another folder than
/// this, that folder. Nothing is moved by a journal that names a place outside of the folders around its set (<see cref="Fault"/>).
/// </summary>
sealed class MoveJournal(string staging, bool overwrite, Action<string>? step)
{
    const string ForwardName = "journal", BackName = "journal-back";
    const string About = "Files that an interrupted run of likely was about to move to their names; the next run that writes to the folder around this one goes on with it.";

    readonly List<StagedFile> _files = [];
    string _at = ""; // what is being moved
    readonly List<string> _made = []; // folders, those around others first

    /// <summary>Whether what was moved is being taken back.</summary>
    public bool IsBack { get; private set; }

    /// <summary>Number of files.</summary>
    public int Count => _files.Count;

    /// <summary>Other folders in which files wait.</summary>
    public IEnumerable<string> Elsewhere => _files.Select(file => file.Staging).Where(path => path != staging).Distinct();

    /// <summary>Notes all moves; from then on they will be finished.</summary>
    public void Write(IEnumerable<StagedFile> files)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            _files.Add(file with { Replaces = Exists(file.Target) });
            var made = new Stack<string>();
            for (var at = Path.GetDirectoryName(file.Target); at is not null && seen.Add(at) && !Directory.Exists(at); at = Path.GetDirectoryName(at)) made.Push(at);
            _made.AddRange(made);
        }
        var part = Path.Combine(staging, ForwardName + ".part");
        using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            using (var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" })
            {
                writer.WriteLine(About);
                writer.WriteLine(overwrite ? "overwrite" : "new");
                foreach (var made in _made) writer.WriteLine($"made\t{Escape(made)}");
                foreach (var file in _files) writer.WriteLine($"{(file.Replaces ? "replace" : "add")}\t{Escape(file.Place)}{(file.Staging == staging ? "" : $"\t{Escape(file.Staging)}")}");
            }
            stream.Flush(flushToDisk: true);
        }
        step?.Invoke("begin");
        File.Move(part, Path.Combine(staging, ForwardName));
    }

    /// <summary>True if a set's folder holds a journal.</summary>
    public static bool IsIn(string staging) => File.Exists(Path.Combine(staging, ForwardName)) || File.Exists(Path.Combine(staging, BackName));

    /// <summary>The journal that a killed run left; null if its files had not begun to move, or had all been moved.</summary>
    /// <exception cref="UsageException">It cannot be read, or says what no run has written.</exception>
    public static MoveJournal? Read(string staging, Action<string>? step)
    {
        var isBack = File.Exists(Path.Combine(staging, BackName));
        var path = Path.Combine(staging, isBack ? BackName : ForwardName);
        if (!File.Exists(path)) return null;
        try
        {
            using var reader = new StreamReader(RegularFile.OpenRead(path), new UTF8Encoding(false, throwOnInvalidBytes: true));
            if (reader.ReadLine() != About) throw new FormatException();
            var journal = new MoveJournal(staging, reader.ReadLine() switch { "overwrite" => true, "new" => false, _ => throw new FormatException() }, step) { IsBack = isBack };
            while (reader.ReadLine() is { } line)
                switch (line.Split('\t'))
                {
                    case ["made", var made]: journal._made.Add(Unescape(made)); break;
                    case [("add" or "replace") and var what, var place]: journal._files.Add(new StagedFile(staging, Unescape(place), what == "replace")); break;
                    case [("add" or "replace") and var what, var place, var other]: journal._files.Add(new StagedFile(Unescape(other), Unescape(place), what == "replace")); break;
                    default: throw new FormatException();
                }
            return journal.Fault() is { } wrong ? throw Refused(staging, wrong) : journal;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or DecoderFallbackException)
        {
            throw Refused(staging, "cannot be read");
        }
    }

    /// <summary>What is wrong with the places of a journal that was read, or null: each must lie within the folder around its set, with no link on the way.</summary>
    string? Fault()
    {
        var (plain, around, sets) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal) { staging });
        foreach (var file in _files)
        {
            if (!IsPlain(file.Place)) return $"names a place outside of its folder, {Shown(file.Place)}";
            if (!sets.Contains(file.Staging) && !StagingFolder.IsOfSet(file.Staging, staging)) return $"names a folder that is not of its set, {Shown(file.Staging)}";
            sets.Add(file.Staging);
            foreach (var (path, top) in new[] { (file.Target, Path.GetDirectoryName(file.Staging)!), (file.New, file.Staging), (file.Old, file.Staging) })
                for (var at = Path.GetDirectoryName(path)!; at.Length > top.Length; at = Path.GetDirectoryName(at)!)
                {
                    if (path == file.Target) around.Add(at);
                    if (!plain.Add(at)) break;
                    if (new DirectoryInfo(at).LinkTarget is not null) return $"leads through a link, {Shown(at)}";
                }
        }
        return _made.Find(made => !around.Contains(made)) is { } other ? $"names a folder that none of its files is in, {Shown(other)}" : null;
    }

    static UsageException Refused(string staging, string fault) => new($"{staging} is what an interrupted run left, but its journal {fault}; it is left as it is, with the files that it was to replace in its folder old: move them where they belong and remove it.");

    /// <summary>Moves what has not been moved, or goes on taking back; if a file cannot be moved, takes back those before it.</summary>
    /// <exception cref="UsageException">One cannot be moved, or cannot return.</exception>
    public void Finish()
    {
        try
        {
            if (!IsBack)
            {
                Forward();
                return;
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Back();
            throw AtomicFile.Explain(_at, fault);
        }
        Back();
    }

    void Forward()
    {
        foreach (var file in _files)
        {
            _at = file.Target;
            if (!Exists(file.New))
            {
                if (Exists(file.Target) && (!file.Replaces || Exists(file.Old))) continue;
                throw new IOException("what was written for it is gone");
            }
            Directory.CreateDirectory(Path.GetDirectoryName(file.Target)!);
            if (Exists(file.Target))
            {
                if (!overwrite) throw new IOException("a file of that name has appeared meanwhile");
                if (!Exists(file.Old)) Move(file.Target, file.Old);
            }
            Move(file.New, file.Target);
        }
        step?.Invoke("end");
        File.Delete(Path.Combine(staging, ForwardName));
    }

    // What cannot return stays where it is, and the journal with it.
    void Back()
    {
        step?.Invoke("turn");
        if (!IsBack) File.Move(Path.Combine(staging, ForwardName), Path.Combine(staging, BackName));
        IsBack = true;
        StagedFile? stays = null;
        for (var i = _files.Count - 1; i >= 0; i--)
        {
            var file = _files[i];
            try
            {
                // Ours is what came into a place that was or has become free.
                if (!Exists(file.New) && Exists(file.Target) && (!file.Replaces || Exists(file.Old))) Move(file.Target, file.New);
                if (Exists(file.Old)) Move(file.Old, file.Target);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                stays ??= file;
            }
        }
        if (stays is { } one) throw new UsageException($"{one.Target} could not be brought back and is {one.Old}; the next run that writes there tries again.");
        for (var i = _made.Count - 1; i >= 0; i--)
            if (Directory.Exists(_made[i]) && !Directory.EnumerateFileSystemEntries(_made[i]).Any()) Directory.Delete(_made[i]);
        step?.Invoke("end");
        File.Delete(Path.Combine(staging, BackName));
    }

    void Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        step?.Invoke(from);
        File.Move(from, to, overwrite: false);
    }

    static bool IsPlain(string place) => !Path.IsPathRooted(place)
        && place.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).All(part => part is not ("" or "." or "..") && part.IndexOfAny(Path.GetInvalidFileNameChars()) < 0);

    static string Shown(string path) => path.Length <= 100 ? path : path[..100] + "...";

    // A link is there, wherever it leads.
    static bool Exists(string path) => File.Exists(path) || new FileInfo(path).LinkTarget is not null;

    static string Escape(string text) => text.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t");

    static string Unescape(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
            plain.Append(text[i] != '\\' ? text[i] : (++i < text.Length ? text[i] : '?') switch { '\\' => '\\', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => throw new FormatException() });
        return plain.ToString();
    }
}

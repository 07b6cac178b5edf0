using Likely.Files;

namespace Likely.Data;

/// <summary>The samples of sound files: WAV files read from disk, packed ones and those of other formats from memory.</summary>
sealed class SoundOpening : FileOpening
{
    readonly WavHeader[] _headers;
    readonly FileStatus[] _seen;
    readonly ByteStore?[] _held; // what was unpacked or decoded
    RateChange?[] _changes = [];

    SoundOpening(int files) => (_headers, _seen, _held) = (new WavHeader[files], new FileStatus[files], new ByteStore?[files]);

    /// <summary>What each file's samples are.</summary>
    public IReadOnlyList<WavHeader> Headers => _headers;

    /// <summary>Looks into files.</summary>
    /// <exception cref="DataException">if one cannot be read; of several the first</exception>
    public static SoundOpening Of(IReadOnlyList<PlacedPath> files, Action<string>? progress, CancellationToken cancellation)
    {
        var opening = new SoundOpening(files.Count);
        int[] foreign = [.. Enumerable.Range(0, files.Count).Where(i => files[i].Kind?.SoundDemuxer is not null)];
        try
        {
            FfmpegSound.Decode([.. foreign.Select(i => (files[i].Path, files[i].Kind!))], (i, wav) => opening._held[foreign[i]] = wav, progress, cancellation);
            OrderedWork.Run(files.Count, i => opening.Look(i, files[i]), cancellation);
        }
        catch
        {
            foreach (var held in opening._held) held?.Dispose();
            throw;
        }
        return opening;
    }

    /// <summary>Says at which rate samples are read.</summary>
    /// <exception cref="DataException">if a file's rate has no simple ratio to it</exception>
    public void SetRate(int rate)
    {
        var known = new Dictionary<int, RateChange>();
        _changes = new RateChange?[_headers.Length];
        for (var i = 0; i < _changes.Length; i++)
        {
            if (_headers[i].Rate == rate) continue;
            if (!known.TryGetValue(_headers[i].Rate, out var change)) known[_headers[i].Rate] = change = new RateChange(_headers[i].Rate, rate);
            _changes[i] = change;
        }
    }

    public override bool Stays(int file) => _held[file] is not null;

    public override IStoredBytes Open(int file, string path)
    {
        if (_held[file] is { } held) return new SoundStore(held, _headers[file], _changes[file]);
        var bytes = ByteStore.OpenPlain(path);
        try
        {
            // The header was read when it was looked at; whoever reads compares the status.
            if (bytes.Status != _seen[file]) throw new DataException($"'{path}' has changed while it was in use; start again.");
            return new SoundStore(bytes, _headers[file], _changes[file]);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public override (long Length, FileStatus Status) Look(int file, string path) => (SoundStore.LengthOf(_headers[file], _changes[file]), _seen[file]);

    void Look(int index, PlacedPath file)
    {
        if (_held[index] is null && file.Kind?.Content is not null) _held[index] = ByteStore.Open(file.Path);
        if (_held[index] is { } held) _headers[index] = WavHeader.Of(held);
        else
        {
            using var bytes = ByteStore.OpenPlain(file.Path);
            (_headers[index], _seen[index]) = (WavHeader.Of(bytes), bytes.Status);
        }
    }
}

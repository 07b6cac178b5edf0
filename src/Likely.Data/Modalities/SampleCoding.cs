using System.Globalization;

namespace Likely.Data;

/// <summary>Sound: files as samples of 16 bits at one rate, and symbols that are levels of them.</summary>
sealed class SampleCoding : SequenceCoding
{
    readonly SoundOpening _opening;
    readonly SampleTokens _tokens;
    readonly List<string> _notes = [];

    /// <exception cref="DataException">if a file cannot be read, or they are of several rates and none is asked for</exception>
    public SampleCoding(DataOptions options, IReadOnlyList<PlacedPath> files, Action<string>? progress, CancellationToken cancellation)
    {
        _opening = SoundOpening.Of(files, progress, cancellation);
        var headers = _opening.Headers;
        int[] rates = [.. headers.Select(header => header.Rate).Distinct().Order()];
        if (options.Rate is null && rates.Length > 1)
            throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{files[0].Path}' and others have {SettingRates(rates)} samples a second; set rate= to the one that all shall have, such as rate={rates[0]}."));
        var rate = options.Rate ?? rates[0];
        _opening.SetRate(rate);
        // Files of 8 bits have 256 levels; of more bits mu-law keeps what ears tell apart.
        var isMuLaw = options.MuLaw || options.Levels is null && headers.Any(header => header.Bits > 8);
        _tokens = new SampleTokens(rate, isMuLaw ? 256 : options.Levels ?? 256, isMuLaw);
        Options = options with { Rate = rate, MuLaw = isMuLaw, Levels = isMuLaw ? null : _tokens.Size };
        var changed = headers.Count(header => header.Rate != rate);
        if (changed > 0) _notes.Add($"{changed} of {headers.Count} files have {SettingRates([.. rates.Where(other => other != rate)])} samples a second, and are brought to {rate} by a windowed sinc");
        if (headers.Count(header => header.Channels > 1) is > 0 and var several) _notes.Add($"{several} of {headers.Count} files have several channels, of which the mean is taken");
        var bits = headers.Max(header => header.Bits);
        if (headers.Any(header => IsLoss(header)))
            _notes.Add($"{(changed == 0 && bits > 16 && _tokens.Size == 65_536 ? $"{bits} bits are rounded to 16" : $"samples of {bits} bits become {_tokens.Size} {(isMuLaw ? "mu-law" : "linear")} levels")}, which is lossy{(changed == 0 && bits <= 16 && _tokens.Size < 65_536 ? $"; levels={(bits == 8 ? 256 : 65_536)} keeps all" : "")}");
    }

    public override DataOptions Options { get; }
    public override FileOpening Opening => _opening;
    public override int Unit => sizeof(short);
    public override string UnitsName => "samples";
    public override IEnumerable<string> Notes => _notes;
    public override IReadOnlyList<string> EffectiveKeys => ["items", "rate", "levels", "beside"];

    public override long Boundary(FileSequence files, long offset) => offset & ~1L;

    public override Tokens Tokens(ByteItems items, int[] train, CancellationToken cancellation) => _tokens;

    // Whether a file's samples cannot be told from their levels.
    bool IsLoss(WavHeader header) => _tokens.IsMuLaw || header.Bits > 16 || header.Bits == 16 && _tokens.Size < 65_536 || header.Bits == 8 && _tokens.Size % 256 != 0;

    static string SettingRates(int[] rates) => string.Join(", ", rates.Take(5)) + (rates.Length > 5 ? ", ..." : "");
}

using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Goes on with a text, or any bytes: what is given is read once, in wide products and with bounded memory, and from there as many continuations are drawn as are
/// wanted. Continuation i of a seed is the same whatever else is drawn, and may be drawn while others are.
/// </summary>
public sealed class Continuation
{
    readonly IPredictor _past;

    /// <summary>Reads what is given.</summary>
    /// <param name="checkpoint">A model of text or bytes.</param>
    /// <param name="prompt">What comes before: nothing, or a stream that is read to its end.</param>
    /// <param name="label">The class, of a model that is told one.</param>
    /// <param name="clamps">Units of inner states that are held at a value, while what is given is read too; null: none.</param>
    /// <param name="progress">Told how many bytes of it have been read.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UsageException">The model is none of sequences.</exception>
    /// <exception cref="DataException">Its tokens are damaged.</exception>
    /// <exception cref="ModelException">There is no such unit to hold.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public Continuation(Checkpoint checkpoint, Stream? prompt = null, int label = 0, IReadOnlyList<Clamp>? clamps = null, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Density.Space.Source > 0) throw new UsageException($"a model that is given sources goes on with no text; {nameof(Transduction)} answers those of pairs, and {nameof(Walk)} draws sounds");
        Tokens = TokensOf(checkpoint) ?? throw new UsageException($"{checkpoint.Density.Config.Name} is a model of {checkpoint.Density.Space}, and no sequence that goes on");
        _past = checkpoint.Density.Predict(1, checkpoint.Density.Classes > 0 ? [label] : [], 0, Extent.Open, clamps: clamps);
        if (prompt is not null) Tokens.Encode(prompt, isEnd: true, symbols => _past.Observe(symbols), progress, cancellation);
        Given = _past.Position;
        if (Given == 0 && BeginningOf(checkpoint, Tokens) is { Length: > 0 } beginning) _past.Observe(beginning);
    }

    /// <summary>
    /// What stands before a text that has no past. Whoever trains on one long text sees its beginning once: to such a model a text begins as after the end of a line. Lines and files
    /// are many, and their beginning is known: nothing stands before them.
    /// </summary>
    internal static int[] BeginningOf(Checkpoint checkpoint, Tokens tokens)
        => DataOptions.FromCanonical(checkpoint.Preprocessing).Items is null or ItemRule.Stream && tokens.Encode("\n"u8) is { Length: 1 } line ? line : [];

    /// <summary>Reads a text.</summary>
    /// <exception cref="UsageException">The model is none of sequences.</exception>
    public Continuation(Checkpoint checkpoint, string prompt) : this(checkpoint, new MemoryStream(Encoding.UTF8.GetBytes(prompt ?? throw new ArgumentNullException(nameof(prompt))))) { }

    /// <summary>What symbols are as bytes.</summary>
    public Tokens Tokens { get; }

    /// <summary>Symbols that were given.</summary>
    public int Given { get; }

    /// <summary>What a model's symbols are as bytes; null if they are none, as those of pictures.</summary>
    /// <exception cref="DataException">They are damaged.</exception>
    public static Tokens? TokensOf(Checkpoint checkpoint)
    {
        if (!checkpoint.Assets.TryGetValue(Checkpoint.Tokens, out var text)) return null;
        var tokens = Tokens.Parse(text);
        return (tokens is TableTokens table ? table.Space == checkpoint.Density.Space : tokens.Size == checkpoint.Density.Space.Levels) ? tokens
            : throw new DataException($"The model is damaged: it has {tokens.Size} tokens and {checkpoint.Density.Space.Levels} levels.");
    }

    /// <summary>One continuation as text; what is no UTF-8 becomes U+FFFD.</summary>
    /// <param name="length">At most so many symbols.</param>
    /// <param name="seed">Of all continuations.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="sampler">How; null: from the model itself.</param>
    /// <param name="stops">Where one of these texts comes, the continuation ends in front of it.</param>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public string Text(int length, ulong seed = 1, int index = 0, Sampler? sampler = null, params string[] stops)
    {
        var bytes = new List<byte>();
        Draw(length, sampler, seed, index, [.. stops.Select(Encoding.UTF8.GetBytes)], piece => bytes.AddRange(piece));
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Draws one continuation.</summary>
    /// <param name="length">At most so many symbols.</param>
    /// <param name="sampler">How; null: from the model itself. Of its own for each that is drawn at the same time.</param>
    /// <param name="seed">Of all continuations.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="stops">Where one of these comes, the continuation ends in front of it.</param>
    /// <param name="write">Takes the bytes as they are drawn; of what might be the beginning of a stop, when it is none.</param>
    /// <param name="cancellation">Ends it between two symbols; what is drawn has been written.</param>
    /// <param name="each">Called for every symbol that is drawn.</param>
    /// <returns>How many symbols were drawn, and the stop that ended it, if one did.</returns>
    /// <exception cref="ArgumentException">A stop is empty.</exception>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public (int Symbols, byte[]? Stop) Draw(int length, Sampler? sampler, ulong seed, int index, IReadOnlyList<byte[]> stops, Action<ReadOnlySpan<byte>> write, CancellationToken cancellation = default, Action? each = null)
    {
        if (stops.Any(stop => stop.Length == 0)) throw new ArgumentException("a stop is empty", nameof(stops));
        IPredictor walk;
        lock (_past) walk = _past.Fork([0]);
        sampler ??= new Sampler();
        var random = new Philox(seed, RandomPurpose.Sampling);
        var held = new List<byte>(); // what might yet turn out to be a stop
        Span<int> symbol = stackalloc int[1];
        Span<double> uniform = stackalloc double[1];
        Span<byte> bytes = stackalloc byte[Tokens.LongestSymbol];
        for (var drawn = 0; drawn < length && walk.Position < walk.Count; drawn++)
        {
            if (cancellation.IsCancellationRequested)
            {
                Write(held.Count, held);
                cancellation.ThrowIfCancellationRequested();
            }
            uniform[0] = random.UniformDouble((ulong)index, (ulong)walk.Position);
            sampler.Draw(walk.Next(), uniform, symbol);
            walk.Observe(symbol);
            each?.Invoke();
            foreach (var value in bytes[..Tokens.Decode(symbol[0], bytes)])
            {
                held.Add(value);
                foreach (var stop in stops)
                    if (held.Count >= stop.Length && EndsWith(held, stop, stop.Length))
                    {
                        Write(held.Count - stop.Length, held);
                        return (drawn + 1, stop);
                    }
            }
            var kept = 0;
            foreach (var stop in stops)
                for (var count = Math.Min(stop.Length - 1, held.Count); count > kept; count--)
                    if (EndsWith(held, stop, count)) kept = count;
            Write(held.Count - kept, held);
        }
        Write(held.Count, held);
        return (walk.Position - _past.Position, null);

        void Write(int count, List<byte> from)
        {
            if (count > 0) write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(from)[..count]);
            from.RemoveRange(0, count);
        }
    }

    /// <summary>The likeliest continuations, as <see cref="BeamSearch"/> finds them.</summary>
    /// <param name="beam">Beginnings that are kept.</param>
    /// <param name="length">Symbols at most.</param>
    /// <param name="stops">Texts of one symbol each: where one comes, a continuation ends, and its log p is with that.</param>
    /// <param name="progress">Called after every step with the beginnings that were extended.</param>
    /// <param name="cancellation">Ends it between two symbols.</param>
    /// <exception cref="UsageException">A stop is more than one symbol.</exception>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public Hypothesis[] Search(int beam, int length, IReadOnlyList<byte[]> stops, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var ends = new HashSet<int>();
        foreach (var stop in stops)
            ends.Add(Tokens.Encode(stop) is [var symbol] ? symbol : throw new UsageException($"a search ends at one symbol, and '{VisibleText.Sentence(Encoding.UTF8.GetString(stop))}' is several to this model"));
        IPredictor walk;
        lock (_past) walk = _past.Fork([0]);
        return BeamSearch.Run(walk, ends.Contains, beam, length, progress, cancellation)[0];
    }

    // Whether the last bytes are the first of a stop.
    static bool EndsWith(List<byte> held, byte[] stop, int count)
    {
        for (var i = 0; i < count; i++)
            if (held[held.Count - count + i] != stop[i]) return false;
        return true;
    }
}

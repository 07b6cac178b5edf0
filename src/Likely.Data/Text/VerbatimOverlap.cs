using Likely.Data;

namespace Likely;

/// <summary>
/// The longest stretch of some texts that stands, byte for byte, in another one, which passes by once as a stream: the suffix automaton of the texts (Blumer et al. 1985) tells after each byte
/// the longest end of what has passed that is a stretch of them. Linear time; some 50 bytes of memory for each byte of the texts.
/// </summary>
public sealed class VerbatimOverlap
{
    /// <summary>Of the texts together so many bytes are looked at, the first.</summary>
    public const int MostBytes = 1 << 20;

    const int Root = 0, None = -1, Border = 256; // between texts, and in no other

    readonly int[] _rootTargets = [.. Enumerable.Repeat(None, Border + 1)];
    readonly List<int> _starts = []; // of the texts
    // Of each state: its longest stretch, the state of its longest other end, its first transition, and where its stretches first end.
    readonly List<int> _lengths = [0], _links = [None], _first = [None], _ends = [0];
    // Of each transition but the root's: its symbol, where it leads, and the next of its state.
    readonly List<short> _symbols = [];
    readonly List<int> _targets = [], _next = [];
    int _last, _size, _state, _length;

    /// <param name="texts">The texts.</param>
    public VerbatimOverlap(IEnumerable<ReadOnlyMemory<byte>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var text in texts)
        {
            _starts.Add(_size);
            foreach (var value in text.Span[..Math.Min(text.Length, MostBytes - _size)]) Add(value);
            if (IsCut = _size == MostBytes) break;
            Add(Border);
        }
    }

    /// <summary>True if not all of the texts is looked at.</summary>
    public bool IsCut { get; }

    /// <summary>Bytes of the longest stretch so far; 0: none.</summary>
    public int Longest { get; private set; }

    /// <summary>The text that it is in, and where it begins there.</summary>
    public (int Text, int At) Place { get; private set; }

    /// <summary>Where it ends in what was read, in bytes since the first.</summary>
    public long ReadEnd { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Reads the next bytes of the other text.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            ReadBytes++;
            int target;
            while ((target = Target(_state, value)) == None && _state != Root) (_state, _length) = (_links[_state], _lengths[_links[_state]]);
            if (target == None) continue;
            (_state, _length) = (target, _length + 1);
            if (_length <= Longest) continue;
            (Longest, ReadEnd) = (_length, ReadBytes);
            var at = _ends[_state] - _length;
            var text = _starts.BinarySearch(at) is var found && found < 0 ? ~found - 1 : found;
            Place = (text, at - _starts[text]);
        }
    }

    /// <summary>What is read next does not go on from what was read before.</summary>
    public void Cut() => (_state, _length) = (Root, 0);

    void Add(int symbol)
    {
        _size++;
        var state = NewState(_lengths[_last] + 1, _size);
        var from = _last;
        for (; from != None && Target(from, symbol) == None; from = _links[from]) SetNew(from, symbol, state);
        if (from == None) _links[state] = Root;
        else if (Target(from, symbol) is var next && _lengths[next] == _lengths[from] + 1) _links[state] = next;
        else
        {
            // The next state is divided: its shorter stretches also end here.
            var shorter = NewState(_lengths[from] + 1, _ends[next]);
            for (var edge = _first[next]; edge != None; edge = _next[edge]) SetNew(shorter, _symbols[edge], _targets[edge]);
            _links[shorter] = _links[next];
            for (; from != None && Target(from, symbol) == next; from = _links[from]) SetOld(from, symbol, shorter);
            (_links[next], _links[state]) = (shorter, shorter);
        }
        _last = state;
    }

    int NewState(int length, int end)
    {
        _lengths.Add(length);
        _links.Add(None);
        _first.Add(None);
        _ends.Add(end);
        return _lengths.Count - 1;
    }

    int Target(int state, int symbol)
    {
        if (state == Root) return _rootTargets[symbol];
        var edge = Edge(state, symbol);
        return edge == None ? None : _targets[edge];
    }

    int Edge(int state, int symbol)
    {
        var edge = _first[state];
        while (edge != None && _symbols[edge] != symbol) edge = _next[edge];
        return edge;
    }

    void SetNew(int state, int symbol, int target)
    {
        if (state == Root)
        {
            _rootTargets[symbol] = target;
            return;
        }
        _symbols.Add((short)symbol);
        _targets.Add(target);
        _next.Add(_first[state]);
        _first[state] = _targets.Count - 1;
    }

    void SetOld(int state, int symbol, int target)
    {
        if (state == Root) _rootTargets[symbol] = target;
        else _targets[Edge(state, symbol)] = target;
    }
}

namespace Likely.Data;

/// <summary>Stories as texts.</summary>
sealed class StoryTexts(StoryItems items) : TextItems(items)
{
    public override void Words(int index, WordScanner scanner, WordScanner.Taker take, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        scanner.Add(items.Text(index), take);
        scanner.End(take);
    }
}

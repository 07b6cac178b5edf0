namespace Likely.Data;

/// <summary>A part of a data set as it comes.</summary>
enum DataPart
{
    /// <summary>Nothing says; then it is for training.</summary>
    Unnamed,
    Train,
    Validation,
    Test,
}

/// <summary>
/// Which part a name of a file or folder tells, by a word anywhere in it: cifar-test-batch, test_set, my_validation, val2017, TrainImages, t10k. A word is a
/// run of letters of one kind, or a capital and small ones.
/// </summary>
static class PartNames
{
    static readonly Dictionary<string, DataPart> Words = new()
    {
        ["train"] = DataPart.Train,
        ["training"] = DataPart.Train,
        ["trainval"] = DataPart.Train,
        ["val"] = DataPart.Validation,
        ["valid"] = DataPart.Validation,
        ["validation"] = DataPart.Validation,
        ["validate"] = DataPart.Validation,
        ["dev"] = DataPart.Validation,
        ["test"] = DataPart.Test,
        ["tests"] = DataPart.Test,
        ["testing"] = DataPart.Test,
        ["eval"] = DataPart.Test,
        ["evaluation"] = DataPart.Test,
        ["holdout"] = DataPart.Test,
        ["heldout"] = DataPart.Test,
        ["t10k"] = DataPart.Test, // MNIST's ten thousand for testing
    };

    // What may stand beside a part's word without meaning more.
    static readonly HashSet<string> Fillers = ["set", "sets", "data", "dataset", "image", "images", "img", "imgs", "picture", "pictures", "photos", "batch", "part", "split", "folder", "samples", "examples", "my", "own", "the"];

    /// <summary>The part that a name tells; the first word that tells one decides.</summary>
    public static DataPart Of(string name)
    {
        foreach (var (start, length) in Split(name))
            if (PartOf(name.Substring(start, length)) is not DataPart.Unnamed and var part) return part;
        return DataPart.Unnamed;
    }

    /// <summary>What a name tells besides the part: "cats" of "cats_test", nothing of "test_set_2".</summary>
    public static string WithoutPart(string name)
    {
        var rest = name;
        var hasMore = false;
        foreach (var (start, length) in Split(name).Reverse())
        {
            var word = name.Substring(start, length);
            if (PartOf(word) != DataPart.Unnamed) rest = rest.Remove(start, length).Insert(start, "\0");
            else hasMore |= !Fillers.Contains(word.ToLowerInvariant()) && !word.All(char.IsDigit);
        }
        return hasMore ? string.Join('-', rest.Split('\0').Select(piece => piece.Trim(' ', '-', '_', '.', '(', ')')).Where(piece => piece.Length > 0)) : "";
    }

    static DataPart PartOf(string word)
    {
        var lower = word.ToLowerInvariant();
        if (Words.TryGetValue(lower, out var part)) return part;
        foreach (var (known, of) in Words)
            if (lower.StartsWith(known, StringComparison.Ordinal) && Fillers.Contains(lower[known.Length..])) return of; // testset, trainimages
        return DataPart.Unnamed;
    }

    static IEnumerable<(int Start, int Length)> Split(string name)
    {
        for (var at = 0; at < name.Length;)
        {
            var start = at++;
            if (IsT10k(name, start)) at += 3;
            else if (char.IsLetter(name[start]))
                while (at < name.Length && char.IsLetter(name[at]) && !(char.IsUpper(name[at]) && char.IsLower(name[at - 1]))) at++;
            else if (char.IsDigit(name[start]))
                while (at < name.Length && char.IsDigit(name[at])) at++;
            else continue;
            yield return (start, at - start);
        }
    }

    static bool IsT10k(string name, int at) => name.AsSpan(at).StartsWith("t10k", StringComparison.OrdinalIgnoreCase)
        && (at == 0 || !char.IsLetterOrDigit(name[at - 1])) && (at + 4 == name.Length || !char.IsLetterOrDigit(name[at + 4]));
}

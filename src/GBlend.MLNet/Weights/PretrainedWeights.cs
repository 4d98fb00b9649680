namespace GBlend.MLNet;

/// <summary>From a state dict of somebody else's network to an encoder's starting weights.</summary>
/// <remarks>
/// Names are first mapped by <see cref="Encoder.MapWeightName"/>, then matched under one prefix for all: on the file's side (<c>backbone.</c>, or
/// <c>encoders.0.</c> of our own models) or on the encoder's. Shapes must be equal, but for the first convolution's input channels.
/// </remarks>
internal static class PretrainedWeights
{
    /// <summary>Parts of a network above its features, which every task has of its own.</summary>
    private static readonly string[] s_classifiers = ["fc", "head", "classifier"];

    /// <summary>Batch normalization's count of batches, which nothing needs and old files lack.</summary>
    private const string Counter = "num_batches_tracked";

    /// <summary>Names have a handful of dots; more of them would only cost time.</summary>
    private const int MostPrefixParts = 16;

    /// <param name="encoder">Whose weights they are to be.</param>
    /// <param name="inputShape">The shape of one row.</param>
    /// <param name="weights">The state dict.</param>
    /// <param name="strict">Whether missing tensors, and those for which a module of the encoder has no place, are errors.</param>
    /// <returns>The encoder's tensors by name, row-major, and what happened.</returns>
    /// <exception cref="ArgumentException">Another architecture; the message lists the tensors.</exception>
    internal static (IReadOnlyDictionary<string, float[]> Start, PretrainedWeightsReport Report) Match(
        Encoder encoder, IReadOnlyList<int> inputShape, StateDict weights, bool strict) =>
        Match([.. encoder.Layout(inputShape).Tensors], encoder.MapWeightName, weights, strict);

    /// <summary>The same for an encoder whose tensors are known.</summary>
    internal static (IReadOnlyDictionary<string, float[]> Start, PretrainedWeightsReport Report) Match(
        IReadOnlyList<NamedShape> own, Func<string, string> mapName, StateDict weights, bool strict)
    {
        var named = MapNames(weights, mapName);
        var (filePrefix, ownPrefix) = FindPrefixes(own, named);
        string? firstConvolution = own.FirstOrDefault(t => t.Shape.Count >= 3)?.Name;
        var start = new Dictionary<string, float[]>();
        var matched = new List<PretrainedTensor>();
        var missing = new List<NamedShape>();
        var differing = new List<PretrainedTensor>();
        var unused = named.ToDictionary();
        foreach (var tensor in own)
        {
            string name = tensor.Name.StartsWith(ownPrefix, StringComparison.Ordinal) ? filePrefix + tensor.Name[ownPrefix.Length..] : "";
            if (!unused.Remove(name, out var found))
            {
                missing.Add(tensor);
                continue;
            }
            var pair = new PretrainedTensor(tensor.Name, tensor.Shape, found.FileName, found.Tensor.Shape);
            if (!found.Tensor.IsRead)
            {
                throw new ArgumentException(
                    $"The pre-trained weights' tensor '{Show.Text(found.FileName)}' is of type {found.Tensor.TypeName}, which is not read here. "
                    + "Convert it to float32 (in PyTorch: tensor.float()) and save the weights again.", nameof(weights));
            }
            var values = pair.IsAdapted ? tensor.Name == firstConvolution ? FirstConvolution.Adapt(found.Tensor, tensor.Shape) : null : found.Tensor.ToFloats();
            if (values is null)
            {
                differing.Add(pair);
                continue;
            }
            matched.Add(pair);
            start.Add(tensor.Name, values);
        }

        var rest = unused.Where(u => !IsClassifier(u.Key, filePrefix)).ToArray();
        var surplus = rest.Where(u => HasModule(own, ownPrefix, u.Key, filePrefix)).Select(u => Shape(u.Value)).ToArray();
        var absent = missing.Where(t => !t.Name.EndsWith(Counter, StringComparison.Ordinal)).ToArray();
        if (differing.Count > 0 || (strict && (absent.Length > 0 || surplus.Length > 0)))
            throw Mismatch(differing, absent, surplus, strict);
        var dropped = unused.Where(u => IsClassifier(u.Key, filePrefix)).Select(u => Shape(u.Value));
        return (start, new PretrainedWeightsReport(matched, [.. dropped], [.. rest.Select(u => Shape(u.Value))], missing));
    }

    private static Dictionary<string, (string FileName, StateTensor Tensor)> MapNames(StateDict weights, Func<string, string> mapName)
    {
        var named = new Dictionary<string, (string, StateTensor)>();
        foreach (var (name, tensor) in weights)
        {
            if (!named.TryAdd(mapName(name), (name, tensor)))
                throw new ArgumentException($"The pre-trained weights don't fit: '{Show.Text(name)}' and another tensor both are the encoder's "
                    + $"'{Show.Text(mapName(name))}'.", nameof(weights));
        }
        return named;
    }

    /// <summary>
    /// The prefix that the file's names have before the encoder's, or the encoder's before the file's, under which most names meet; of
    /// several, the one under which most shapes are equal.
    /// </summary>
    private static (string File, string Own) FindPrefixes(IReadOnlyList<NamedShape> own, Dictionary<string, (string FileName, StateTensor Tensor)> file)
    {
        var filePrefixes = file.Keys.SelectMany(Splits).ToLookup(s => s.Name, s => s.Prefix);
        var votes = new Dictionary<(string File, string Own), (int Names, int Shapes)>();
        foreach (var tensor in own)
        {
            foreach (string prefix in filePrefixes[tensor.Name])
                Vote((prefix, ""), file[prefix + tensor.Name].Tensor, tensor);
            foreach (var (prefix, rest) in Splits(tensor.Name).Skip(1))
            {
                if (file.TryGetValue(rest, out var found))
                    Vote(("", prefix), found.Tensor, tensor);
            }
        }
        var best = votes.OrderByDescending(v => v.Value).ToArray();
        if (best.Length == 0)
        {
            throw new ArgumentException("The pre-trained weights don't fit: no tensor of the encoder is among them. " +
                $"The encoder has {PretrainedWeightsReport.List(own)}; the weights have {PretrainedWeightsReport.List([.. file.Values.Select(Shape)])}.",
                    "weights");
        }
        if (best.Length > 1 && best[0].Value == best[1].Value)
        {
            throw new ArgumentException($"The pre-trained weights fit in more than one way, with names that begin with '{Show.Text(best[0].Key.File)}' or "
                + $"'{Show.Text(best[1].Key.File)}'. " +
                "Give one part of them, by StateDict.Under.", "weights");
        }
        return best[0].Key;

        void Vote((string, string) prefixes, StateTensor given, NamedShape wanted)
        {
            var (names, shapes) = votes.GetValueOrDefault(prefixes);
            votes[prefixes] = (names + 1, shapes + (given.Shape.SequenceEqual(wanted.Shape) ? 1 : 0));
        }
    }

    /// <summary>A name as prefix and rest, split nowhere and then at its first dots.</summary>
    private static IEnumerable<(string Prefix, string Name)> Splits(string name)
    {
        int at = 0;
        for (int part = 0; part < MostPrefixParts; part++)
        {
            yield return (name[..at], name[at..]);
            int dot = name.IndexOf('.', at);
            if (dot < 0)
                yield break;
            at = dot + 1;
        }
    }

    private static bool IsClassifier(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && s_classifiers.Contains(FirstPart(name[prefix.Length..]));

    /// <summary>Whether the encoder has a module of that name, in which a tensor that it has not speaks of a deeper or wider network.</summary>
    private static bool HasModule(IReadOnlyList<NamedShape> own, string ownPrefix, string name, string filePrefix)
    {
        if (!name.StartsWith(filePrefix, StringComparison.Ordinal) || name.EndsWith(Counter, StringComparison.Ordinal))
            return false;
        string first = FirstPart(name[filePrefix.Length..]);
        return own.Any(t => t.Name.StartsWith(ownPrefix, StringComparison.Ordinal) && FirstPart(t.Name[ownPrefix.Length..]) == first);
    }

    private static string FirstPart(string name) => name.Split('.', 2)[0];

    private static NamedShape Shape((string FileName, StateTensor Tensor) found) => new(found.FileName, found.Tensor.Shape);

    private static ArgumentException Mismatch(
        IReadOnlyCollection<object> differing, IReadOnlyCollection<object> absent, IReadOnlyCollection<object> surplus, bool strict)
    {
        var parts = new List<string>();
        if (differing.Count > 0)
            parts.Add($"of another shape: {PretrainedWeightsReport.List(differing)}");
        if (strict && absent.Count > 0)
            parts.Add($"missing in the weights: {PretrainedWeightsReport.List(absent)}");
        if (strict && surplus.Count > 0)
            parts.Add($"not in the encoder: {PretrainedWeightsReport.List(surplus)}");
        string remedy = differing.Count > 0 ? "Take the weights of the same architecture."
            : "Take the weights of the same architecture, or pass strict: false.";
        return new ArgumentException($"The pre-trained weights are of another architecture than the encoder; {string.Join("; ", parts)}. {remedy}", "weights");
    }
}

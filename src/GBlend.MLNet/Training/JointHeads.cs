namespace GBlend.MLNet;

/// <summary>The joint heads of a fit, asked what they predict of the held-out rows by some of the modalities.</summary>
internal sealed class JointHeads : IDisposable
{
    /// <summary>[fold][network].</summary>
    private readonly EncodedRows[][] _encoded;

    /// <param name="folds">The folds, each of which answers for its own held-out rows.</param>
    /// <param name="modalities">The modalities that rows may lack.</param>
    internal JointHeads(IReadOnlyList<FoldTraining> folds, IReadOnlyList<ModalitySpec> modalities)
    {
        Dispensable = modalities.Index().Sum(m => m.Item.HasPlaceholder ? 1 << m.Index : 0);
        using var threads = new TorchThreadScope(folds[0].Context.NumberOfThreads);
        _encoded = Dispensable == 0 ? [] : [.. folds.Select(fold =>
            fold.Networks.Where(n => n.Network.Shape.HasJoint).Select(n => fold.Context.Meter.Encode(n.Network)).ToArray())];
    }

    /// <summary>The modalities that they can do without, because vectors stand for them: bit i for modality i.</summary>
    internal int Dispensable { get; }

    /// <summary>Per joint head of a fold's networks, fold after fold, what it predicts by some modalities, [row x output].</summary>
    /// <param name="has">The modalities: bit i for modality i.</param>
    internal double[][] Predict(int has) =>
        [.. Enumerable.Range(0, _encoded[0].Length).Select(joint => _encoded.SelectMany(fold => fold[joint].Joint(has)).ToArray())];

    public void Dispose()
    {
        foreach (var encoded in _encoded.SelectMany(fold => fold))
            encoded.Dispose();
    }
}

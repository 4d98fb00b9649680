using Microsoft.ML;

namespace GBlend.MLNet.Reports;

/// <summary>What a report says of a model that its history does not.</summary>
/// <param name="Parameters">The parameters that each branch has of its own: encoder and head of a modality, fusion and head of a joint branch.</param>
/// <param name="AllParameters">The parameters of the whole model.</param>
/// <param name="Modalities">Per modality its column, the shape of its rows and its encoder.</param>
/// <param name="Fusion">The joint branch.</param>
/// <param name="Folds">How many networks stand for one.</param>
/// <param name="Threshold">Of a binary model: the probability above which it says yes.</param>
internal sealed record ModelFacts(IReadOnlyList<long> Parameters, long AllParameters,
    IReadOnlyList<(string Column, string Shape, string Encoder)> Modalities, string Fusion, int Folds, double Threshold)
{
    internal static ModelFacts Of(GradientBlendingTransformer transformer)
    {
        ModelFacts? facts = null;
        transformer.Use(model =>
        {
            var networks = model.Networks.Take(model.Networks.Count / model.Folds);
            long Own(JointNetwork network, int branch) => branch == network.Shape.JointBranch ? network.Parts.Joint.Length
                : network.Parts.Encoder(branch).Length + network.Parts.Head(branch).Length;
            facts = new([.. networks.SelectMany(n => n.Shape.Branches.Select(b => model.Folds * Own(n, b)))],
                model.Networks.Sum(n => n.Parameters.Values.numel()),
                [.. model.Modalities.Select(m => (m.Column, string.Join(" × ", m.Shape), m.Encoder.ToString() ?? m.Encoder.Kind))],
                model.Network.Shape.HasJoint || model.Networks.Count > 1 ? model.Networks[^1].Shape.Fusion.ToString()
                    : "none", model.Folds, transformer.Threshold);
        });
        return facts!;
    }
}

/// <summary>The scored rows behind a report of a model.</summary>
internal static class ModelRows
{
    /// <summary>Scores rows by a model, with a score for every head.</summary>
    /// <param name="model">The whole pipeline.</param>
    /// <param name="own">The model in it.</param>
    /// <param name="rows">Rows as the pipeline reads them, or as it scored them.</param>
    internal static IDataView Score(ITransformer model, GradientBlendingTransformer own, IDataView rows)
    {
        if (rows.Schema.GetColumnOrNull("Score") is null)
        {
            if (!Prepare(model, own, ref rows))
                throw new ArgumentException("The Gradient Blending model is not a step of the pipeline.", nameof(model));
        }
        else if (own.History.Heads.All(b => rows.Schema.GetColumnOrNull($"Score.{b}") is not null)
            || !own.ModalityColumns.All(c => rows.Schema.GetColumnOrNull(c) is not null))
        {
            return rows;
        }
        return own.TransformWithBranches(rows);
    }

    /// <summary>Applies the steps before a model.</summary>
    /// <returns>Whether the model was met.</returns>
    private static bool Prepare(ITransformer step, GradientBlendingTransformer own, ref IDataView rows)
    {
        if (ReferenceEquals(step, own))
            return true;
        if (step is IEnumerable<ITransformer> chain)
        {
            foreach (var part in chain)
            {
                if (Prepare(part, own, ref rows))
                    return true;
            }
            return false;
        }
        rows = step.Transform(rows);
        return false;
    }
}

using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Draws a whole model: what <see cref="TrainedModel.Score"/> does to rows, missing modalities, views and crops, folds and the answer.</summary>
/// <param name="model">The model, in use while it is drawn.</param>
/// <param name="graph">Where.</param>
internal sealed class ModelGraph(TrainedModel model, GraphBuilder graph)
{
    /// <summary>A rule for each set of modalities that a row may have is a table of this many bits.</summary>
    private const int MostModalities = 12;

    private readonly HeadInfo[] _heads = [.. model.Networks.Take(model.Networks.Count / model.Folds).SelectMany(n => n.Shape.Heads)];

    /// <summary>Draws the scores of rows.</summary>
    /// <param name="columns">Per modality the value of its column, [rows, ...], and whether its numbers may be NaN.</param>
    /// <param name="wantsBranches">Whether the scores of the branches are wanted too.</param>
    /// <returns>
    /// The answer [rows, outputs]: probabilities, or the predicted number. Per branch the same, and what says where it has none ([rows, 1], true),
    /// or <see langword="null"/>. Per modality what says which rows lack it, or <see langword="null"/>.
    /// </returns>
    /// <exception cref="NotSupportedException">Something can't be drawn; the message names it.</exception>
    internal (string Answer, (string Scores, string? IsAbsent)[] Branches, string?[] IsAbsent) Draw(
        IReadOnlyList<(string Value, bool MayBeMissing)> columns, bool wantsBranches)
    {
        using var grad = no_grad();
        var rows = model.Modalities.Select((m, i) => Complete(m, columns[i].Value, columns[i].MayBeMissing)).ToArray();
        string?[] isAbsent = [.. rows.Select(r => r.IsAbsent)];
        var rule = Rule(isAbsent);
        int views = model.Modalities.Max(m => m.Layout.Views), crops = model.Modalities.Max(m => m.Layout.ScoringCrops);
        bool[] needed = [.. _heads.Select((_, b) => wantsBranches || rule.IsHeard(b))];
        var answers = new List<string>();
        var byBranch = _heads.Select(_ => new List<string>()).ToArray();
        foreach (var (view, crop) in from view in Enumerable.Range(0, views) from crop in Enumerable.Range(0, crops) select (view, crop))
        {
            string[] inputs = [.. model.Modalities.Select((m, i) => m.Scaling.Draw(graph, Place(m, rows[i].Value, view, crop)))];
            var predictions = Predict(inputs, isAbsent, needed);
            answers.Add(Combine(predictions, rule));
            for (int b = 0; wantsBranches && b < _heads.Length; b++)
                byBranch[b].Add(Activate(predictions[b]!));
        }
        return (Finish(answers), wantsBranches ? [.. _heads.Select((h, b) => (Finish(byBranch[b]), Absence(h, b, isAbsent)))] : [], isAbsent);
    }

    /// <summary>The stored row as floats, with what replaces missing values, and whether the row lacks the modality.</summary>
    private (string Value, string? IsAbsent) Complete(ModalitySpec modality, string column, bool mayBeMissing)
    {
        string x = graph.Cast(graph.Reshape(column, -1, modality.Width), typeof(float));
        if (!mayBeMissing)
            return (x, null);
        string? isAbsent = null;
        string isMissing = graph.Node("IsNaN", x);
        if (model.LeavesOutMissing)
        {
            string least = graph.Node("ReduceMin", graph.Cast(isMissing, typeof(float)), ("axes", new[] { 1L }), ("keepdims", 1L));
            isAbsent = graph.Node("Greater", [least, graph.Number(0.5)]);
            x = graph.Where(isAbsent, graph.Number(0), x);
        }
        if (modality.Fill is { } fill)
        {
            string here = graph.Node("IsNaN", x);
            x = graph.Where(here, graph.Floats([.. fill], fill.Length), x);
        }
        return (x, isAbsent);
    }

    /// <summary>What the encoder reads of a stored row in a pass of scoring.</summary>
    private string Place(ModalitySpec modality, string row, int view, int crop)
    {
        var layout = modality.Layout;
        long[] shape = [-1, .. modality.Shape.Select(s => (long)s)];
        if (layout.IsPlain)
            return graph.Reshape(row, shape);
        var place = layout.PlaceOf(view, crop);
        string x = graph.Reshape(row, -1, layout.Views, layout.Full.Frames, layout.Full.Height, layout.Full.Width, layout.Depth);
        long[] starts = [place.View, place.Frame, place.Y, place.X], sizes = [1, layout.Cut.Frames, layout.Cut.Height, layout.Cut.Width];
        x = graph.Node("Slice", [x, graph.Longs(starts, 4), graph.Longs([.. starts.Zip(sizes, (s, n) => s + n)], 4), graph.Longs([1, 2, 3, 4], 4)]);
        return graph.Reshape(x, shape);
    }

    /// <summary>Per branch what its heads predict, over folds the mean; none for those that are not needed.</summary>
    private string?[] Predict(IReadOnlyList<string> inputs, string?[] isAbsent, bool[] isNeeded)
    {
        var folds = _heads.Select(_ => new List<string>()).ToArray();
        int first = 0;
        foreach (var network in model.Networks)
        {
            int start = first % _heads.Length;
            first += network.Shape.Branches.Count;
            (int Head, int Branch)[] needed = [.. network.Shape.Branches.Select((branch, i) => (start + i, branch)).Where(x => isNeeded[x.Item1])];
            if (needed.Length == 0)
                continue;
            string[] given = network.Draw(graph, inputs, [.. needed.Select(n => n.Branch)], isAbsent);
            for (int i = 0; i < needed.Length; i++)
                folds[needed[i].Head].Add(given[i]);
        }
        return [.. folds.Select(f => f.Count == 0 ? null : MeanOf(f))];
    }

    private string MeanOf(List<string> values) =>
        values.Count == 1 ? values[0] : graph.Multiply(values.Aggregate(graph.Add), 1.0 / values.Count);

    /// <summary>The rule's coefficients: constants, or where rows may lack modalities a value for each row.</summary>
    private Coefficients Rule(string?[] isAbsent)
    {
        double[] constant = [.. model.Answer.Weights];
        if (isAbsent.All(a => a is null))
            return new(constant, model.Answer.Intercept, null, null);
        int modalities = isAbsent.Length;
        if (modalities > MostModalities)
            throw new NotSupportedException($"The model has {modalities} modalities, each of which a row may lack; a file of at most {MostModalities} "
                + $"can be written.");
        int sets = 1 << modalities;
        var rules = Enumerable.Range(0, sets).Select(has => has == sets - 1 ? model.Answer
            : has == 0 ? null : model.Answer.Without(_heads, m => (has >> m & 1) == 0)).ToArray();
        string index = Enumerable.Range(0, modalities).Where(m => isAbsent[m] is not null)
            .Select(m => graph.Node("Mul", [graph.Cast(graph.Node("Not", isAbsent[m]!), typeof(long)), graph.Longs([1L << m])])).Aggregate(graph.Add);
        long always = Enumerable.Range(0, modalities).Where(m => isAbsent[m] is null).Sum(m => 1L << m);
        index = graph.Reshape(graph.Add(index, graph.Longs([always])), -1);
        string Table(Func<AnswerRule, IEnumerable<double>> read, int width) =>
            graph.Node("Gather", [graph.Floats([.. rules.SelectMany(r => r is null ? Enumerable.Repeat(float.NaN, width) : read(r).Select(v => (float)v))],
                sets, width), index], ("axis", 0L));
        string weights = Table(r => r.Weights, _heads.Length), intercept = Table(r => [r.Intercept], 1);
        bool[] isHeard = [.. _heads.Select((_, b) => rules.Any(r => r is not null && r.Weights[b] != 0))];
        string?[] columns = [.. _heads.Select((_, b) => isHeard[b]
            ? graph.Node("Slice", [weights, graph.Longs([b], 1), graph.Longs([b + 1], 1), graph.Longs([1], 1)]) : null)];
        return new(constant, 0, columns, intercept);
    }

    private string Combine(string?[] predictions, Coefficients rule)
    {
        string sum = Enumerable.Range(0, _heads.Length).Where(rule.IsHeard).Select(b =>
        {
            string said = model.Answer.IsPool ? ReadHead(predictions[b]!) : Activate(predictions[b]!);
            return rule.ByRow is { } byRow ? graph.Multiply(said, byRow[b]!) : rule.Constant[b] == 1 ? said : graph.Multiply(said, rule.Constant[b]);
        }).Aggregate(graph.Add);
        if (!model.Answer.IsPool)
            return sum;
        // Only the pool of numbers has an intercept.
        if (model.Task == LearningTask.Regression)
            sum = graph.Add(sum, rule.InterceptByRow ?? graph.Number(rule.Intercept));
        return Activate(sum);
    }

    /// <summary>As <see cref="LogPool.ReadHead"/>.</summary>
    private string ReadHead(string logits)
    {
        string Floored(string x) => graph.Node("Max", [x, graph.Number(LogPool.Floor)]);
        string LogSigmoid(string z) => Floored(graph.Node("Sub",
            [graph.Node("Min", [z, graph.Number(0)]), graph.Node("Log",
                graph.Add(graph.Number(1), graph.Node("Exp", graph.Node("Neg", graph.Node("Abs", z)))))]));
        return model.Task switch
        {
            LearningTask.Multiclass => Floored(graph.Node("LogSoftmax", logits, ("axis", 1L))),
            LearningTask.MultiLabel => graph.Node("Sub", [LogSigmoid(logits), LogSigmoid(graph.Node("Neg", logits))]),
            _ => logits,
        };
    }

    /// <summary>As <see cref="AnswerRule.Activate"/>.</summary>
    private string Activate(string prediction) => model.Task switch
    {
        LearningTask.Multiclass => graph.Softmax(prediction, 1),
        LearningTask.MultiLabel => graph.Node("Sigmoid", prediction),
        _ => prediction,
    };

    /// <summary>The mean over views and crops, in the unit of the target.</summary>
    private string Finish(List<string> passes)
    {
        string mean = MeanOf(passes);
        return model.Task == LearningTask.Regression ? graph.Add(graph.Multiply(mean, model.Loss.TargetScale), graph.Number(model.Loss.TargetMean)) : mean;
    }

    /// <summary>Where a branch has no scores: it can't read a row that lacks what it reads, and one that never learned says nothing.</summary>
    private string? Absence(HeadInfo head, int branch, string?[] isAbsent)
    {
        if (!model.Answer.Learned[branch])
            return graph.Node("Equal", [graph.Longs([0], 1, 1), graph.Longs([0], 1, 1)]);
        if (head.Modality is { } modality)
            return isAbsent[modality];
        string[] any = [.. isAbsent.Where((_, m) => !model.Modalities[m].HasPlaceholder).OfType<string>()];
        return any.Length == 0 ? null : any.Aggregate((a, b) => graph.Node("Or", [a, b]));
    }

    /// <param name="Constant">Of every row, where none lacks a modality.</param>
    /// <param name="Intercept">The same.</param>
    /// <param name="ByRow">Per head its coefficient in each row, [rows, 1]; none for a head that no rule hears.</param>
    /// <param name="InterceptByRow">The same.</param>
    private sealed record Coefficients(double[] Constant, double Intercept, string?[]? ByRow, string? InterceptByRow)
    {
        internal bool IsHeard(int head) => ByRow is null ? Constant[head] != 0 : ByRow[head] is not null;
    }
}

using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Recipes;

/// <summary>What a network says of every clip of the test videos.</summary>
/// <param name="Ids">Per clip, the video.</param>
/// <param name="Clips">Per clip, a score for each class.</param>
internal sealed record VideoScores(IReadOnlyList<string> Ids, IReadOnlyList<float[]> Clips)
{
    /// <summary>Scores a view.</summary>
    public static VideoScores Of(IDataView scored, CancellationToken cancelled)
    {
        var (ids, clips) = (new List<string>(), new List<float[]>());
        using var cursor = scored.GetRowCursor([scored.Schema[ClipRow.IdColumn], scored.Schema["Score"]]);
        var id = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema[ClipRow.IdColumn]);
        var score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        ReadOnlyMemory<char> text = default;
        VBuffer<float> values = default;
        while (cursor.MoveNext())
        {
            cancelled.ThrowIfCancellationRequested();
            id(ref text);
            score(ref values);
            ids.Add(text.ToString());
            clips.Add([.. values.DenseValues()]);
        }
        return new(ids, clips);
    }

    /// <summary>The metrics of one target.</summary>
    /// <param name="set">The set.</param>
    /// <param name="target">Which target.</param>
    public IReadOnlyList<PaperValue> Measure(DataSet set, int target)
    {
        var groups = new ScoreGroups(Ids);
        var labels = set.Test.ToDictionary(v => v.Id, v => v.Labels[target]);
        float[][] videos = groups.Average(Clips);
        if (set.IsMultiLabel)
        {
            var report = MultiLabelMetrics.Evaluate(videos, Flags(groups.Names));
            return [new(Metric.Map, 100 * report.MeanAveragePrecision), new(Metric.Mauc, 100 * report.MeanAreaUnderRoc), new(Metric.DPrime, report.DPrime)];
        }
        if (set.Targets.Count > 1)
        {
            string name = set.Targets[target].Name;
            return [new($"{name}@1", Hit(videos, groups.Names, 1)), new($"{name}@5", Hit(videos, groups.Names, 5))];
        }
        int[] classes = [.. groups.Names.Select(n => labels[n][0])];
        return
        [
            new(Metric.Clip1, Hit(Clips, Ids, 1)), new(Metric.Video1, Hit(videos, groups.Names, 1)), new(Metric.Video5, Hit(videos, groups.Names, 5)),
            new(Metric.ClassMean, 100 * ClassMetrics.PerClass(videos, classes).Mean),
        ];

        // Where a video has several classes, any of them is a hit.
        double Hit(IReadOnlyList<float[]> scores, IReadOnlyList<string> ids, int k) => ids.All(id => labels[id].Count == 1) || set.Targets.Count > 1
            ? 100 * ClassMetrics.TopKAccuracy(scores, [.. ids.Select(id => labels[id][0])], k)
            : 100 * MultiLabelMetrics.HitAtK(scores, Flags(ids), k) ?? double.NaN;

        bool[][] Flags(IReadOnlyList<string> ids) =>
            [.. ids.Select(id => Enumerable.Range(0, set.Targets[target].Classes.Count).Select(c => labels[id].Contains(c)).ToArray())];
    }

    /// <summary>Verb, noun and action accuracies of two networks on the same videos.</summary>
    public static IReadOnlyList<PaperValue> MeasureActions(DataSet set, VideoScores verbs, VideoScores nouns)
    {
        ScoreGroups verbGroups = new(verbs.Ids), nounGroups = new(nouns.Ids);
        var nounScores = nounGroups.Names.Zip(nounGroups.Average(nouns.Clips)).ToDictionary(n => n.First, n => n.Second);
        var both = verbGroups.Names.Zip(verbGroups.Average(verbs.Clips)).Where(v => nounScores.ContainsKey(v.First)).ToList();
        var labels = set.Test.ToDictionary(v => v.Id, v => v.Labels);
        ActionAccuracy At(int k) => ActionMetrics.Accuracy(
            [.. both.Select(v => v.Second)], [.. both.Select(v => labels[v.First][0][0])], [.. both.Select(v => nounScores[v.First])],
                [.. both.Select(v => labels[v.First][1][0])], k);
        return [new(Metric.Action1, 100 * At(1).Action), new(Metric.Action5, 100 * At(5).Action)];
    }
}

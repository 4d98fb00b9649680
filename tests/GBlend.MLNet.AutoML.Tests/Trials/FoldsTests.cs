using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class FoldsTests
{
    [Fact]
    public void Views_have_every_row_once_and_can_be_read_again()
    {
        var ml = new MLContext(seed: 1);
        var rows = SweepRows.View(ml, 61, 1);
        var folds = Folds.Split(ml, rows, 3, "Label", null, seed: 5);
        string[] all = Faces(rows);
        Assert.Equal(all.Order(), folds.SelectMany(f => Faces(f.Choosing)).Order());
        foreach (var (train, choosing) in folds)
        {
            Assert.Equal(all.Order(), Faces(train).Concat(Faces(choosing)).Order());
            Assert.Equal(Faces(choosing), Faces(choosing));
            int[] sizes = [.. choosing.GetColumn<string>("Label").CountBy(l => l).Select(c => c.Value)];
            Assert.Equal(3, sizes.Length);
            Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        }
        Assert.NotEqual(Faces(folds[0].Choosing), Faces(Folds.Split(ml, rows, 3, "Label", null, seed: 6)[0].Choosing));

        static string[] Faces(IDataView view) => [.. view.GetColumn<float[]>("Face").Select(f => string.Join(" ", f))];
    }

    [Fact]
    public void Rows_without_a_class_are_divided_all_the_same()
    {
        var ml = new MLContext(seed: 1);
        var rows = SweepRows.View(ml, 60, 1);
        foreach (string? column in new[] { null, "nothing of the kind", "Face" })
            Assert.All(Folds.Split(ml, rows, 4, column, null, seed: 5),
                f => Assert.Equal((45, 15), (f.Train.GetColumn<bool>("IsYes").Count(), f.Choosing.GetColumn<bool>("IsYes").Count())));
    }

    [Fact]
    public void What_can_not_be_divided_is_refused()
    {
        var ml = new MLContext(seed: 1);
        var rows = SweepRows.View(ml, 12, 1);
        Assert.Contains(
            "12 rows can't be divided into 13 folds", Assert.Throws<InvalidOperationException>(() => Folds.Split(ml, rows, 13, "Label", null, 1)).Message);
        Assert.Contains("The 4 values of 'Speaker'", Assert.Throws<InvalidOperationException>(() => Folds.Split(ml, rows, 5, "Label", "Speaker", 1)).Message);
        Assert.Contains("no column 'Nobody'", Assert.Throws<ArgumentException>(() => Folds.Split(ml, rows, 2, "Label", "Nobody", 1)).Message);
        Assert.Contains("single values", Assert.Throws<ArgumentException>(() => Folds.Split(ml, rows, 2, "Label", "Face", 1)).Message);
    }
}

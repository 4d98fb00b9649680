using System.Runtime.InteropServices;

namespace GBlend.MLNet.Tests;

public sealed class RowLayoutTests
{
    [Fact]
    public void For_rank_of_the_kind_is_one_view()
    {
        var layout = RowLayout.For(ModalityKind.Video, [4, 6, 5, 3], AugmentationSettings.None);
        Assert.Equal((1, true), (layout.Views, layout.IsPlain));
        Assert.Equal([4, 6, 5, 3], layout.Shape);
    }

    [Theory]
    [InlineData("Video", new[] { 3, 4, 6, 5, 2 }, new[] { 4, 6, 5, 2 })]
    [InlineData("Image", new[] { 3, 6, 5, 2 }, new[] { 6, 5, 2 })]
    [InlineData("Audio", new[] { 3, 6, 5 }, new[] { 6, 5 })]
    public void For_a_dimension_more_is_views(string kind, int[] stored, int[] shape)
    {
        var layout = RowLayout.For(Enum.Parse<ModalityKind>(kind), stored, AugmentationSettings.None);
        Assert.Equal((3, false), (layout.Views, layout.IsPlain));
        Assert.Equal(shape, layout.Shape);
    }

    [Fact]
    public void Copy_takes_the_part_of_the_view_that_the_place_says()
    {
        var layout = RowLayout.For(ModalityKind.Video, [2, 5, 4, 6, 3], Settings(Augmentation.RandomCrop(2, 3), Augmentation.TemporalJitter(2)));
        Assert.Equal([2, 2, 3, 3], layout.Shape);
        var place = new RowPlace(1, 2, 1, 3);
        int[] expected = [.. from t in Enumerable.Range(2, 2) from y in Enumerable.Range(1, 2) from x in Enumerable.Range(3, 3) from c in Enumerable.Range(
            0, 3) select (((1 * 5 + t) * 4 + y) * 6 + x) * 3 + c];
        Assert.Equal(expected, Copy(layout, place));
    }

    [Fact]
    public void Copy_beyond_the_edge_is_padding()
    {
        var layout = RowLayout.For(ModalityKind.Image, [2, 3, 1], Settings(Augmentation.RandomShift(1)));
        Assert.Equal([-7, -7, -7, -7, 0, 1], Copy(layout, new(0, 0, -1, -1), -7));
        Assert.Equal([4, 5, -7, -7, -7, -7], Copy(layout, new(0, 0, 1, 1), -7));
    }

    [Fact]
    public void Place_reaches_every_corner_and_stays_inside()
    {
        var layout = RowLayout.For(
            ModalityKind.Video, [3, 6, 8, 9, 1], Settings(Augmentation.RandomCrop(6, 6), Augmentation.TemporalJitter(4), Augmentation.RandomShift(1)));
        var places = Enumerable.Range(0, 4000).Select(row => layout.Place(RowDraw.Of(1, row))).ToArray();
        Assert.Equal([0, 1, 2], places.Select(p => p.View).Distinct().Order());
        Assert.Equal([0, 1, 2], places.Select(p => p.Frame).Distinct().Order());
        Assert.Equal([-1, 0, 1, 2, 3], places.Select(p => p.Y).Distinct().Order());
        Assert.Equal([-1, 0, 1, 2, 3, 4], places.Select(p => p.X).Distinct().Order());
        Assert.All(places.GroupBy(p => p.X), g => Assert.InRange(g.Count(), 4000 / 6 - 150, 4000 / 6 + 150));
        Assert.Equal(new RowPlace(1, 1, 1, 1), layout.Middle);
    }

    [Fact]
    public void PlaceOf_three_crops_are_left_middle_and_right_or_top_middle_and_bottom()
    {
        var wide = RowLayout.For(ModalityKind.Image, [8, 12, 1], Settings(Augmentation.RandomCrop(6, 6, scoringCrops: 3)));
        Assert.Equal([0, 3, 6], Enumerable.Range(0, 3).Select(k => wide.PlaceOf(0, k).X));
        Assert.All(Enumerable.Range(0, 3), k => Assert.Equal(1, wide.PlaceOf(0, k).Y));
        var high = RowLayout.For(ModalityKind.Image, [12, 8, 1], Settings(Augmentation.RandomCrop(6, 6, scoringCrops: 3)));
        Assert.Equal([0, 3, 6], Enumerable.Range(0, 3).Select(k => high.PlaceOf(0, k).Y));
    }

    [Fact]
    public void Create_augmentation_that_does_not_fit_says_so()
    {
        string Refusal(ModalityKind kind, int[] shape, Augmentation augmentation) =>
            Assert.Throws<ArgumentException>(() => ModalitySpec.Create("Clip", kind, shape, Encoders.Mlp(3), Settings(augmentation))).Message;
        Assert.Contains(
            "'Clip': RandomCrop takes 9 x 4 pixels, but its rows have only 8 x 8", Refusal(ModalityKind.Image, [8, 8, 3], Augmentation.RandomCrop(9, 4)));
        Assert.Contains("TemporalJitter takes 5 frames, but its rows have only 4", Refusal(ModalityKind.Audio, [4, 8], Augmentation.TemporalJitter(5)));
        Assert.Contains("no place to crop", Refusal(ModalityKind.Image, [192], Augmentation.RandomCrop(4, 4)));
    }

    [Fact]
    public void WithAugmentation_of_another_kind_or_twice_is_refused()
    {
        Assert.Contains("SpecAugment is for spectrograms",
            Assert.Throws<ArgumentException>(() => Modality.Image("X").WithAugmentation(Augmentation.SpecAugment())).Message);
        Assert.Contains(
            "images and clips", Assert.Throws<ArgumentException>(() => Modality.Vector("X").WithAugmentation(Augmentation.HorizontalFlip())).Message);
        Assert.Contains("2 times",
            Assert.Throws<ArgumentException>(() => Modality.Image("X").WithAugmentation(Augmentation.RandomShift(1), Augmentation.RandomShift(2))).Message);
        var kept = Modality.Image("X").WithAugmentation(Augmentation.RandomShift(3)).WithPretrainedWeights(new StateDict([]), freeze: true);
        Assert.Equal("RandomShift 3", Assert.Single(kept.Augmentations).ToString());
        Assert.True(kept.WithAugmentation().IsFrozen);
    }

    internal static AugmentationSettings Settings(params Augmentation[] augmentations) => AugmentationSettings.Of(augmentations);

    /// <summary>What is copied out of a row whose elements are their own numbers.</summary>
    private static int[] Copy(RowLayout layout, RowPlace place, int padding = 0)
    {
        int[] row = [.. Enumerable.Range(0, layout.StoredSize)], destination = new int[layout.Size];
        var (first, count) = layout.Stretch(place);
        layout.Copy(
            MemoryMarshal.AsBytes(row.AsSpan(first, count)), place, sizeof(int), BitConverter.GetBytes(padding), MemoryMarshal.AsBytes(destination.AsSpan()));
        return destination;
    }
}

struct Plots {
    init(_ programs: Programs) {}
    func make(in folder: String) throws {}
}

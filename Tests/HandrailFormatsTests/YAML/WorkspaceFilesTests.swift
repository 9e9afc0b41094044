import Glibc
import HandrailCore
import HandrailFormats
import Testing

@Suite("Workspace files")
struct WorkspaceFilesTests {
    @Test
    func filesAreReadByPathAndFindingsNameThemRelativeToTheWorkspace() {
        let folder = TemporaryFolder()
        folder.make("runbooks/b/deep.yml", "people: p\nroles: { a: [x] }\nextra: 1")
        folder.make("runbooks/a.yaml", "people: p\nroles: { b: [x] }\nextra: 1")
        folder.make("runbooks/notes.txt", "not read")
        folder.make("runbooks/.hidden.yaml", "not: read")
        folder.make("policies/z.yaml", "people: q\nroles: { c: [x] }\nextra: 1")
        let loaded = WorkspaceLoader.load(root: folder.path)
        #expect(loaded.fileCount == 3)
        let unknown = loaded.findings.filter { $0.code == "unknown-key" }.map(\.location.file)
        #expect(unknown == ["policies/z.yaml", "runbooks/a.yaml", "runbooks/b/deep.yml"])
    }

    @Test
    func aLoopOfFoldersAPipeAndADanglingLinkAreFindingsAndDoNotHang() {
        let folder = TemporaryFolder()
        folder.make("runbooks/a.yaml", "people: p\nroles: { a: [x] }")
        folder.link("runbooks/loop", to: "../runbooks")
        folder.link("runbooks/dangling.yaml", to: "nowhere.yaml")
        folder.makePipe("runbooks/pipe.yaml")
        let loaded = WorkspaceLoader.load(root: folder.path)
        #expect(
            loaded.findings.map(\.rendered) == [
                "runbooks/dangling.yaml: error: could not open this: no such file or directory",
                "runbooks/loop: error: the folder leads back to one that it lies in",
                "runbooks/pipe.yaml: error: this is not a file",
            ])
        #expect(loaded.workspace == nil)
    }

    @Test
    func aLinkToAFileIsFollowed() {
        let folder = TemporaryFolder()
        folder.make("elsewhere/a.txt", "people: p\nroles: { a: [x] }")
        folder.make("runbooks/keep", "")
        folder.link("runbooks/a.yaml", to: "../elsewhere/a.txt")
        #expect(WorkspaceLoader.load(root: folder.path).workspace?.roles == ["a": ["x"]])
    }

    @Test
    func namedFilesAreReadAndAMissingOneIsAFinding() {
        let folder = TemporaryFolder()
        folder.make("a.yaml", "people: p\nroles: { a: [x] }")
        #expect(WorkspaceLoader.load(paths: ["\(folder.path)/a.yaml"]).workspace != nil)
        let codes = WorkspaceLoader.load(paths: ["\(folder.path)/b.yaml"]).findings.map(\.code)
        #expect(codes == ["unreadable"])
    }

    @Test
    func aWorkspaceThatDoesNotExistHasNoDocuments() {
        #expect(WorkspaceLoader.load(root: "/nonexistent").findings.map(\.code) == ["no-documents"])
    }
}

/// A folder that goes away with the test. Removes only what it made.
private final class TemporaryFolder {
    let path: String
    private var made: [String] = []

    init() {
        var template = Array("/tmp/handrail-files-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/handrail-files-none"
        made.append(path)
    }

    func make(_ name: String, _ text: String) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if mkdir(folder, 0o700) == 0 { made.append(folder) }
        }
        guard let file = fopen("\(path)/\(name)", "w") else { return }
        fputs(text, file)
        fclose(file)
        made.append("\(path)/\(name)")
    }

    func link(_ name: String, to target: String) {
        if symlink(target, "\(path)/\(name)") == 0 { made.append("\(path)/\(name)") }
    }

    func makePipe(_ name: String) {
        if mkfifo("\(path)/\(name)", 0o600) == 0 { made.append("\(path)/\(name)") }
    }

    deinit {
        for path in made.reversed() { remove(path) }
    }
}
